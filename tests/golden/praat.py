"""Praat's pitch, pulses, jitter, shimmer, harmonicity, formants, intensity and syllables of the signals.

    pip install praat-parselmouth==0.4.6 numpy==2.4.6 scipy==1.17.1 safetensors==0.8.0
    python tests/golden/praat.py

Writes tests/data/golden/praat.safetensors. Praat centres its frames in the clip, and takes no window that reaches beyond it.
Each analysis hears the signal with as much silence before and behind it as makes Praat's frames fall on the project's:
frame k at sample 160 k, for every k.
"""

from pathlib import Path

import numpy as np
import parselmouth
from parselmouth.praat import call
from safetensors.numpy import save_file
from scipy.io import wavfile

RATE = 16000
HOP = 160
DATA = Path(__file__).parent.parent / "data" / "golden"
PERIODS = 0, 0, 0.0001, 0.02, 1.3


def padded(samples, before, length):
    """The signal behind `before` samples of silence, with silence up to `length`."""
    whole = np.zeros(length)
    whole[before : before + len(samples)] = samples[: length - before]
    return parselmouth.Sound(whole, sampling_frequency=RATE)


def on_grid(analysis, before, frames):
    want = (before + HOP * np.arange(frames)) / RATE
    got = np.array([analysis.frame_number_to_time(k + 1) for k in range(frames)])
    assert analysis.get_number_of_frames() == frames and np.max(np.abs(got - want)) < 0.51 / RATE, (got[:3], want[:3])


def measure(samples):
    frames = 1 + len(samples) // HOP
    reach = HOP * (frames - 1)
    found = {}

    sound = padded(samples, 321, 642 + reach)
    pitch = call(sound, "To Pitch (ac)", 0.01, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 600)
    on_grid(pitch, 321, frames)
    chosen = pitch.selected_array
    found["f0"], found["strength"] = chosen["frequency"], chosen["strength"]

    pulses = call([sound, pitch], "To PointProcess (cc)")
    count = call(pulses, "Get number of points")
    found["pulses"] = np.array([call(pulses, "Get time from index", i + 1) - 321 / RATE for i in range(count)])
    jitter = [call(pulses, f"Get jitter ({kind})", *PERIODS) for kind in ("local", "rap", "ppq5", "ddp")]
    kinds = "local", "local_dB", "apq3", "apq5"
    shimmer = [call([sound, pulses], f"Get shimmer ({kind})", *PERIODS, 1.6) for kind in kinds]
    found["jitter"], found["shimmer"] = np.array(jitter), np.array(shimmer)

    harmonicity = call(padded(samples, 214, 428 + reach), "To Harmonicity (cc)", 0.01, 75, 0.1, 1.0)
    on_grid(harmonicity, 214, frames)
    found["hnr"] = harmonicity.values[0]

    formants = call(padded(samples, 416, 832 + reach), "To Formant (burg)", 0.01, 5, 5500, 0.025, 50)
    on_grid(formants, 416, frames)
    get = lambda what, n, k: call(formants, f"Get {what} at time", n, formants.frame_number_to_time(k + 1), "hertz", "Linear")
    rows = [(what, n) for n in (1, 2, 3) for what in ("value", "bandwidth")]
    found["formants"] = np.array([[get(what, n, k) for k in range(frames)] for what, n in rows])

    intensity = call(padded(samples, 683, 1367 + reach), "To Intensity", 75, 0.01, "yes")
    on_grid(intensity, 683, frames)
    found["intensity"] = intensity.values[0]
    return found


def main():
    versions = parselmouth.__version__, np.__version__
    assert versions == ("0.4.6", "2.4.6"), versions
    tensors = {}
    for file in sorted((DATA / "signals").glob("*.wav")):
        rate, samples = wavfile.read(file)
        assert rate == RATE and samples.dtype == np.int16, file
        for name, values in measure(samples / 32768).items():
            tensors[f"{file.stem}.{name}"] = np.ascontiguousarray(values, np.float32)
    save_file(tensors, DATA / "praat.safetensors")


if __name__ == "__main__":
    main()
