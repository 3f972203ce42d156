"""eGeMAPS v02 by openSMILE for the golden tests.

    pip install opensmile==2.6.0 soundfile safetensors numpy
    python tests/golden/egemaps.py FOLDER-OF-RAVDESS FOLDER-OF-CREMA-D

Writes tests/data/golden/opensmile.safetensors:
    signals/NAME        the 88 functionals of a signal of tests/data/golden/signals
    descriptors/NAME    its 25 low-level descriptors, [25, n_frames], for the signals of DETAILED
    clips/CORPUS/PATH   the 88 functionals of a real clip; PATH is relative to the corpus' folder
and opensmile_names.txt, the names of the 88.

The 60 real clips, both genders and every emotion of both corpora:
    RAVDESS, 24: actor a says emotion 1 + (a + (a - 1) // 8) % 8, the (a mod count)-th of his or her clips of it by name.
    CREMA-D, 36: for emotion e (0..5, ANG DIS FEA HAP NEU SAD) the men and women numbered 3 e, 3 e + 1 and 3 e + 2 by id;
    the (id mod count)-th of his or her clips of it by name.
"""

import csv
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import opensmile
import soundfile
from safetensors.numpy import save_file

OUT = Path(__file__).parent.parent / "data" / "golden"
DETAILED = ["speech_en", "speech_en_f", "vowel_glide", "vowel_jitter"]
EMOTIONS = ["ANG", "DIS", "FEA", "HAP", "NEU", "SAD"]


def ravdess(folder):
    for actor in range(1, 25):
        emotion = 1 + (actor + (actor - 1) // 8) % 8
        clips = sorted((folder / f"Actor_{actor:02}").glob(f"03-01-{emotion:02}-*"))
        yield clips[actor % len(clips)]


def crema_d(folder):
    with open(folder / "VideoDemographics.csv") as table:
        actors = [(row["Sex"], int(row["ActorID"])) for row in csv.DictReader(table)]
    for e, emotion in enumerate(EMOTIONS):
        for sex in ["Male", "Female"]:
            for actor in sorted(own for own_sex, own in actors if own_sex == sex)[3 * e : 3 * e + 3]:
                clips = sorted((folder / "AudioWAV").glob(f"{actor}_*_{emotion}_*"))
                yield clips[actor % len(clips)]


def sound(path):
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == 16000 and samples.ndim == 1, path
    # The package multiplies by 32768 and takes 16 bits, so that 1.0 would become -1.0.
    return np.clip(samples, -1.0, 32767 / 32768)


def main(ravdess_folder, crema_folder):
    assert version("opensmile") == "2.6.0", version("opensmile")
    levels = [opensmile.FeatureLevel.Functionals, opensmile.FeatureLevel.LowLevelDescriptors]
    functionals, descriptors = [opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, level) for level in levels]

    def values(smile, path):
        return smile.process_signal(sound(path), 16000).to_numpy(np.float32)

    tensors = {}
    for path in sorted((OUT / "signals").glob("*.wav")):
        tensors[f"signals/{path.stem}"] = values(functionals, path)[0]
        if path.stem in DETAILED:
            tensors[f"descriptors/{path.stem}"] = np.ascontiguousarray(values(descriptors, path).T)
    for corpus, folder, clips in [("ravdess", ravdess_folder, ravdess), ("crema-d", crema_folder, crema_d)]:
        for path in clips(folder):
            tensors[f"clips/{corpus}/{path.relative_to(folder).as_posix()}"] = values(functionals, path)[0]
    clips = [name for name in tensors if name.startswith("clips/")]
    assert len(clips) == 60, len(clips)
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())
    save_file(tensors, OUT / "opensmile.safetensors")
    (OUT / "opensmile_names.txt").write_text("".join(f"{name}\n" for name in functionals.feature_names))


main(*map(Path, sys.argv[1:]))
