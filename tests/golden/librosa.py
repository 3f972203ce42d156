"""Reference numbers for the spectral half of the feature path.

    pip install librosa==0.11.0 PyWavelets==1.8.0 numpy==2.4.6 scipy==1.17.1 safetensors==0.8.0
    python -P tests/golden/librosa.py

(`-P` keeps this file from being found in the place of librosa.) Reads tests/data/golden/signals/*.wav; writes
tests/data/golden/librosa.safetensors: `<signal>/<feature>`, float32. STFT and mel are kept for every STRIDE-th frame and
the last. What librosa does not define (skewness, kurtosis, entropy, flux, slopes, alpha ratio, Hammarberg index) is
computed here in double precision from librosa's spectrum after the definitions in the documentation of
`undertone::features::spectrum`. Linear prediction is scipy's solution of the normal equations, wavelet packets are
PyWavelets'.
"""

import math
import warnings
from pathlib import Path

import librosa
import numpy as np
import pywt
import scipy
from safetensors.numpy import save_file
from scipy.io import wavfile
from scipy.linalg import solve_toeplitz
from scipy.signal import get_window

for module, version in [(librosa, "0.11.0"), (pywt, "1.8.0"), (np, "2.4.6"), (scipy, "1.17.1")]:
    assert module.__version__ == version, f"{module.__name__} {module.__version__} is not {version}"

RATE = 16000
DATA = Path(__file__).parent.parent / "data" / "golden"
STRIDE = 6
LPC_ORDER = 16
AMIN = 1e-10


def some_frames(matrix):
    return np.concatenate([matrix[:, ::STRIDE], matrix[:, -1:]], axis=1)


def from_librosa(y, n_fft, hop):
    spectrum = librosa.stft(y, n_fft=n_fft, hop_length=hop, window="hann", center=True, pad_mode="reflect")
    magnitude = np.abs(spectrum)
    power = magnitude**2
    feature = librosa.feature
    mel = feature.melspectrogram(S=power, sr=RATE, n_fft=n_fft, n_mels=80, fmax=8000)
    log_mel = librosa.power_to_db(mel)
    mfcc = feature.mfcc(S=log_mel, n_mfcc=20)
    of = dict(S=magnitude, sr=RATE, n_fft=n_fft, hop_length=hop)
    return magnitude, {
        "stft_magnitude": some_frames(magnitude),
        "melspectrogram_slaney": some_frames(mel),
        "melspectrogram_htk": some_frames(
            feature.melspectrogram(S=power, sr=RATE, n_fft=n_fft, n_mels=40, fmin=20, fmax=7600, htk=True, norm=None)
        ),
        "log_mel": some_frames(log_mel),
        "mfcc": mfcc,
        "mfcc_delta": feature.delta(mfcc[:13]),
        "mfcc_delta2": feature.delta(mfcc[:13], order=2),
        "chroma_stft": feature.chroma_stft(S=power, sr=RATE, n_fft=n_fft, tuning=0.0),
        "spectral_centroid": feature.spectral_centroid(**of),
        "spectral_bandwidth": feature.spectral_bandwidth(**of),
        "spectral_rolloff": feature.spectral_rolloff(**of),
        "spectral_flatness": feature.spectral_flatness(S=magnitude),
        "spectral_contrast": feature.spectral_contrast(**of),
        "onset_strength": librosa.onset.onset_strength(S=log_mel, sr=RATE, n_fft=n_fft, hop_length=hop, center=False),
        "rms": feature.rms(y=y, frame_length=n_fft, hop_length=hop),
        "zero_crossing_rate": feature.zero_crossing_rate(y, frame_length=n_fft, hop_length=hop),
    }


def from_definitions(magnitude, n_fft):
    magnitude = magnitude.astype(np.float64)
    power = magnitude**2
    hz = (np.arange(len(magnitude)) * RATE / n_fft)[:, None]

    def share(values):
        total = values.sum(axis=0)
        return values / np.where(total > 0, total, 1)

    def db(values):
        return 10 * np.log10(np.maximum(values, AMIN))

    def band(low, high):
        return (hz[:, 0] >= low) & (hz[:, 0] <= high)

    weight = share(magnitude)
    off = hz - (weight * hz).sum(axis=0)
    variance = (weight * off**2).sum(axis=0)
    spread = np.where(variance > 0, variance, np.inf)
    shares = share(power)
    logs = np.log(np.where(shares > 0, shares, 1))

    def slope(low, high):
        inside = band(low, high)
        return np.polyfit(hz[inside, 0] / 1000, db(power[inside]), 1)[0]

    return {
        "spectral_skewness": (weight * off**3).sum(axis=0) / spread**1.5,
        "spectral_kurtosis": (weight * off**4).sum(axis=0) / spread**2,
        "spectral_entropy": -(shares * logs).sum(axis=0) / math.log(len(power)),
        "spectral_flux": np.sqrt((np.diff(weight, axis=1, prepend=weight[:, :1]) ** 2).sum(axis=0)),
        "spectral_slope_0_500": slope(0, 500),
        "spectral_slope_500_1500": slope(500, 1500),
        "alpha_ratio": db(power[band(50, 1000)].sum(axis=0)) - db(power[band(1000, 5000)].sum(axis=0)),
        "hammarberg_index": db(power[band(0, 2000)].max(axis=0)) - db(power[band(2000, 5000)].max(axis=0)),
    }


def from_samples(y):
    """Linear prediction and wavelet packets of four frames of 400 samples, at fifths of the clip."""
    rows = {"lpc": [], "lpc_gain": [], "lpcc": [], "wavelet": [], "wavelet_odd": []}
    for fifth in range(1, 5):
        start = fifth * len(y) // 5
        frame = y[start : start + 400].astype(np.float64)
        windowed = frame * get_window("hann", 400)
        r = np.array([windowed[: 400 - lag] @ windowed[lag:] for lag in range(LPC_ORDER + 1)])
        r[0] = r[0] * (1 + 1e-9)
        a = np.zeros(LPC_ORDER) if r[0] == 0 else solve_toeplitz(r[:-1], -r[1:])
        rows["lpc"].append(np.r_[1, a])
        rows["lpc_gain"].append([math.sqrt(max(r[0] + a @ r[1:], 0))])
        # The cepstrum of 1/A as the Taylor coefficients of -log A, by its poles.
        poles = np.roots(np.r_[1, a])
        rows["lpcc"].append([(poles**n).sum().real / n for n in range(1, 13)])
        for name, part, level in [("wavelet", frame, 4), ("wavelet_odd", frame[:37], 3)]:
            tree = pywt.WaveletPacket(part, "db4", "periodization", maxlevel=level)
            rows[name].append([np.sum(node.data**2) for node in tree.get_level(level, "freq")])
    return {name: np.array(values).T for name, values in rows.items()}


def main():
    warnings.filterwarnings("ignore", message="Empty filters detected")
    tensors = {}
    for path in sorted((DATA / "signals").glob("*.wav")):
        rate, whole = wavfile.read(path)
        assert rate == RATE, path
        y = (whole / 32768).astype(np.float32)
        magnitude, features = from_librosa(y, 400, 160)
        features |= from_definitions(magnitude, 400) | from_samples(y)
        if path.stem == "speech_en":
            magnitude, wide = from_librosa(y, 1024, 256)
            wide |= from_definitions(magnitude, 1024)
            features |= {f"wide/{name}": values for name, values in wide.items()}
        for name, values in features.items():
            tensors[f"{path.stem}/{name}"] = np.ascontiguousarray(np.atleast_2d(values), dtype=np.float32)
    save_file(tensors, DATA / "librosa.safetensors")


main()
