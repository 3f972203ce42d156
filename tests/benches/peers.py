"""Times librosa and openSMILE on one thread, a run for each line that asks for one.

`cargo xtask bench features` starts it: `peers.py FOLDER`, then a line `OUTPUTS CLIP` for a run on FOLDER/CLIP; it answers
with the milliseconds of that run, without the time to read the clip.
"""

import sys
import time
from pathlib import Path

import librosa
import numpy as np
import opensmile
import soundfile

RATE = 16000
N_FFT = 400
HOP = 160
N_MELS = 80
N_MFCC = 20
F0 = (60, 600)
F0_FRAME = 1024

smile = opensmile.Smile(feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals)


def cepstra_and_deltas(log_mel):
    mfcc = librosa.feature.mfcc(S=log_mel, n_mfcc=N_MFCC)
    return [mfcc, librosa.feature.delta(mfcc), librosa.feature.delta(mfcc, order=2)]


def spectral(y):
    """librosa as its documentation uses it: each feature of the samples."""
    feature = librosa.feature
    frames = {"n_fft": N_FFT, "hop_length": HOP}
    of_y = {"y": y, "sr": RATE, **frames}
    frames_of_y = {"frame_length": N_FFT, "hop_length": HOP}
    return [
        np.abs(librosa.stft(y, **frames)),
        *cepstra_and_deltas(librosa.power_to_db(feature.melspectrogram(n_mels=N_MELS, **of_y))),
        feature.chroma_stft(tuning=0.0, **of_y),
        feature.spectral_centroid(**of_y),
        feature.spectral_bandwidth(**of_y),
        feature.spectral_rolloff(**of_y),
        feature.spectral_flatness(y=y, **frames),
        feature.spectral_contrast(**of_y),
        feature.zero_crossing_rate(y, **frames_of_y),
        feature.rms(y=y, **frames_of_y),
    ]


def spectral_shared(y):
    """librosa at its fastest: one spectrogram, and from it everything that can be."""
    feature = librosa.feature
    magnitude = np.abs(librosa.stft(y, n_fft=N_FFT, hop_length=HOP))
    power = magnitude**2
    of_power = {"S": power, "sr": RATE, "n_fft": N_FFT}
    of_magnitude = {"S": magnitude, "sr": RATE, "n_fft": N_FFT}
    frames_of_y = {"frame_length": N_FFT, "hop_length": HOP}
    centroid = feature.spectral_centroid(**of_magnitude)
    return [
        magnitude,
        *cepstra_and_deltas(librosa.power_to_db(feature.melspectrogram(n_mels=N_MELS, **of_power))),
        feature.chroma_stft(tuning=0.0, **of_power),
        centroid,
        feature.spectral_bandwidth(centroid=centroid, **of_magnitude),
        feature.spectral_rolloff(**of_magnitude),
        feature.spectral_flatness(S=magnitude),
        feature.spectral_contrast(**of_magnitude),
        feature.zero_crossing_rate(y, **frames_of_y),
        feature.rms(y=y, **frames_of_y),
    ]


def pyin(y):
    return librosa.pyin(y, sr=RATE, fmin=F0[0], fmax=F0[1], frame_length=F0_FRAME, hop_length=HOP)[0]


def yin(y):
    return librosa.yin(y, sr=RATE, fmin=F0[0], fmax=F0[1], frame_length=F0_FRAME, hop_length=HOP)


def egemaps(y):
    return smile.process_signal(y, RATE).to_numpy()


OUTPUTS = {
    "spectral": spectral,
    "spectral-shared": spectral_shared,
    "spectral+pyin": lambda y: [*spectral(y), pyin(y)],
    "yin": yin,
    "egemaps": egemaps,
}


def main():
    folder = Path(sys.argv[1])
    print(f"ready librosa {librosa.__version__}, opensmile {opensmile.__version__}", flush=True)
    for line in sys.stdin:
        outputs, name = line.split()
        y, rate = soundfile.read(folder / name, dtype="float32")
        assert rate == RATE and y.ndim == 1, name
        start = time.perf_counter()
        OUTPUTS[outputs](y)
        print((time.perf_counter() - start) * 1e3, flush=True)


if __name__ == "__main__":
    main()
