#!/bin/sh
# The made voices of the page, by espeak-ng 1.51 and ffmpeg: `sh tests/support/make_samples.sh`, from the project's folder.
set -eu
say() {
  espeak-ng -m -v "$2" -w "www/samples/$1.wav" "<prosody $3>$4</prosody>"
  ffmpeg -loglevel error -y -i "www/samples/$1.wav" -ar 16000 -ac 1 -sample_fmt s16 -compression_level 12 \
    -map_metadata -1 -fflags +bitexact -flags:a +bitexact "www/samples/$1.flac"
  rm "www/samples/$1.wav"
}
say even-voice en-us 'pitch="medium" range="low" rate="slow"' 'The kettle is on the table, and the window is open.'
say excited-voice en-us+f5 'pitch="x-high" range="x-high" rate="x-fast"' 'What? No! Really? You are joking!'
