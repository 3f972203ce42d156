#!/bin/sh
# What the browser decodes for the page, by espeak-ng 1.51 and ffmpeg: `sh tests/support/make_opus.sh`, from the project's folder.
set -eu
raw=$(mktemp)
trap 'rm -f "$raw"' EXIT
espeak-ng -v en-us -s 150 -w "$raw" 'The kettle is on the table, and the window is open.'
for ending in webm opus; do
  ffmpeg -nostdin -loglevel error -y -f wav -i "$raw" -ac 2 -c:a libopus -b:a 32k -map_metadata -1 -fflags +bitexact \
    -flags:a +bitexact "tests/data/voice.$ending"
done
