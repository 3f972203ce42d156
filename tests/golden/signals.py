"""The project's own signals for the golden tests: 16 kHz, mono, 16 bit.

    pip install numpy==2.4.6 scipy==1.17.1        and espeak-ng 1.51 on the path
    python tests/golden/signals.py

Writes tests/data/golden/signals/*.wav and signals.json, the truths known from how each was made: `f0_hz` is one number,
or [first, last] of a line over the clip; formants and bandwidths in Hz; jitter and shimmer are Praat's `local` (mean
absolute difference of neighbours over the mean) of the pulses before filtering; `hnr_db` is the level of the periodic
part above the noise that was added.
"""

import io
import json
import subprocess
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from scipy.signal import lfilter, resample_poly

RATE = 16000
OVER = 8
FINE = RATE * OVER
OUT = Path(__file__).parent.parent / "data" / "golden" / "signals"
FORMANTS = {
    "a": ([730, 1090, 2440, 3400, 4500], [80, 90, 120, 150, 200]),
    "i": ([310, 2790, 3310, 4000, 4900], [60, 90, 120, 150, 200]),
    "o": ([480, 1000, 2500, 3400, 4500], [70, 90, 120, 150, 200]),
}


def time(seconds):
    return np.arange(round(seconds * RATE)) / RATE


def sweep(seconds, first, last):
    t = time(seconds)
    return np.sin(2 * np.pi * (first * t + (last - first) * t**2 / (2 * seconds)))


def cycles_of(seconds, first, last):
    """Starts, lengths and amplitudes of glottal cycles whose f0 runs in a line from first to last Hz."""
    bend = (last - first) / (2 * seconds)
    count = np.arange(np.ceil((first + last) * seconds / 2) + 2)
    starts = count / first if bend == 0 else (np.sqrt(first**2 + 4 * bend * count) - first) / (2 * bend)
    return starts[:-1], np.diff(starts), np.ones(len(starts) - 1)


def disturbed(cycles, jitter, shimmer, rng):
    """Cycles with lengths and amplitudes changed by up to these fractions, independently."""
    _, lengths, amplitudes = cycles
    lengths = lengths * (1 + jitter * rng.uniform(-1, 1, len(lengths)))
    amplitudes = amplitudes * (1 + shimmer * rng.uniform(-1, 1, len(lengths)))
    return np.cumsum(lengths) - lengths, lengths, amplitudes


def flow(cycles, seconds):
    """Glottal flow after Rosenberg (1971), pulse C: 40 % of the cycle opening, 16 % closing."""
    t = np.arange(round(seconds * FINE)) / FINE
    starts, lengths, amplitudes = cycles
    which = np.searchsorted(starts, t, side="right") - 1
    phase = (t - starts[which]) / lengths[which]
    opening = 0.5 - 0.5 * np.cos(np.pi * phase / 0.4)
    closing = np.cos(0.5 * np.pi * (phase - 0.4) / 0.16)
    pulse = np.where(phase < 0.4, opening, np.where(phase < 0.56, closing, 0.0))
    return pulse * amplitudes[which]


def resonate(source, formants, bandwidths):
    """Klatt's (1980) cascade of second-order resonators."""
    for hz, width in zip(formants, bandwidths):
        c = -np.exp(-2 * np.pi * width / FINE)
        b = 2 * np.exp(-np.pi * width / FINE) * np.cos(2 * np.pi * hz / FINE)
        source = lfilter([1 - b - c], [1, -b, -c], source)
    return source


def ramped(samples, milliseconds=20):
    n = RATE * milliseconds // 1000
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    samples = samples.copy()
    samples[:n] *= ramp
    samples[-n:] *= ramp[::-1]
    return samples


def vowel(name, seconds, cycles):
    source = np.diff(flow(cycles, seconds), prepend=0.0)
    return ramped(resample_poly(resonate(source, *FORMANTS[name]), 1, OVER))


def local(values):
    return float(np.mean(np.abs(np.diff(values))) / np.mean(values))


def to_peak(samples, peak=0.5):
    return samples * (peak / np.max(np.abs(samples)))


def speech(voice, text, seconds=1.5):
    command = ["espeak-ng", "-v", voice, "--stdout", text]
    wav = subprocess.run(command, check=True, capture_output=True).stdout
    # espeak-ng leaves the sizes in a piped header open.
    rate, samples = int.from_bytes(wav[24:28], "little"), np.frombuffer(wav[44 : 44 + (len(wav) - 44) // 2 * 2], "<i2")
    assert rate == 22050, rate
    at_16k = resample_poly(samples.astype(float), 320, 441)[: round(seconds * RATE)]
    assert len(at_16k) == round(seconds * RATE), f"only {len(at_16k) / RATE:.2f} s of speech"
    return to_peak(at_16k)


def pink(n, rng):
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return np.fft.irfft(spectrum, n)


def make():
    """Name -> (samples, truths)."""
    made = {}
    t = time(0.6)
    made["tone_440"] = ramped(0.5 * np.sin(2 * np.pi * 440 * t)), {"f0_hz": 440}
    partials = {233.0: 0.25, 1200.0: 0.12, 2950.0: 0.08, 5300.0: 0.04}
    made["tones"] = sum(a * np.sin(2 * np.pi * f * t + f) for f, a in partials.items()), {"partials_hz": list(partials)}
    made["chirp_up"] = 0.5 * sweep(0.8, 100, 7000), {"f0_hz": [100, 7000]}
    made["chirp_down"] = 0.5 * sweep(0.8, 500, 100), {"f0_hz": [500, 100]}

    clicks = np.zeros(len(t))
    at = np.array([437, 1500, 1620, 3333, 5000, 5160, 5320, 7811, 9001])
    clicks[at] = [0.9, -0.7, 0.5, 0.3, 0.8, 0.8, 0.8, -0.2, 0.05]
    made["clicks"] = clicks, {"samples": at.tolist()}

    rng = np.random.default_rng(6)
    made["noise_white"] = 0.1 * rng.standard_normal(len(t)), {}
    made["noise_pink"] = to_peak(pink(len(t), rng), 0.4), {}
    made["silence"] = np.zeros(len(t)), {}

    def truths(name, **more):
        formants, bandwidths = FORMANTS[name]
        return {"formants_hz": formants, "bandwidths_hz": bandwidths, **more}

    made["vowel_a_120"] = to_peak(vowel("a", 1.0, cycles_of(1.0, 120, 120))), truths("a", f0_hz=120)
    made["vowel_i_220"] = to_peak(vowel("i", 1.0, cycles_of(1.0, 220, 220))), truths("i", f0_hz=220)
    made["vowel_glide"] = to_peak(vowel("a", 1.0, cycles_of(1.0, 100, 200))), truths("a", f0_hz=[100, 200])
    cycles = disturbed(cycles_of(1.55, 140, 140), 0.03, 0.12, rng)
    known = {"f0_hz": 140, "jitter_local": local(cycles[1]), "shimmer_local": local(cycles[2])}
    made["vowel_jitter"] = to_peak(vowel("o", 1.5, cycles)), truths("o", **known)
    clean = vowel("a", 1.0, cycles_of(1.0, 160, 160))
    noise = ramped(rng.standard_normal(len(clean)))
    noise *= np.sqrt(np.sum(clean**2) / np.sum(noise**2)) * 10 ** (-15 / 20)
    made["vowel_noise"] = to_peak(clean + noise), truths("a", f0_hz=160, hnr_db=15)

    made["speech_en"] = speech("en-us", "The morning train leaves at nine."), {"voice": "en-us"}
    made["speech_en_f"] = speech("en-us+f2", "Why did you open the window?"), {"voice": "en-us+f2"}
    return made


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    table = {}
    for name, (samples, truths) in make().items():
        assert np.max(np.abs(samples)) < 1, name
        whole = np.round(samples * 32768).clip(-32768, 32767).astype("<i2")
        file = io.BytesIO()
        wavfile.write(file, RATE, whole)
        (OUT / f"{name}.wav").write_bytes(file.getvalue())
        table[name] = {"seconds": len(whole) / RATE, **truths}
    (OUT / "signals.json").write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
