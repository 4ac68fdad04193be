"""Every shipped instrument outside of Python: how large its files are, and how far from the instrument.

The plugin's file is played by the emulated plugin: a minute of recorded singing, and a scale of keys over its range.
"""

import pathlib
import tempfile

import numpy as np

from benchmarks import checkpoints
from benchmarks.rows import Row
from ddsp_helpers import assets, audio, features, models, units
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.export import export, onnx, savedmodel, vst, vst_plugin
from ddsp_helpers.midi import Part

RATE, SECONDS = vst_plugin.SPEC.sample_rate, 60
VOICES = ("vocadito_10", "vocadito_14", "scale")


def run():
    sung = voices()
    heard = features.extract(sung, sample_rate=RATE)
    for path in checkpoints.paths():
        model = models.load(path)
        with tempfile.TemporaryDirectory() as folder:
            if model.model_spec.synth.sample_rate == RATE:
                yield from plugin(path.stem, model, heard, pathlib.Path(folder))
            yield from programs(path.stem, model, heard, pathlib.Path(folder))


def voices():
    """A minute of singing, [samples]: the recorded voices one after the other, and again from the beginning."""
    joined = np.concatenate([audio.load(assets.voice(name), sample_rate=RATE).samples for name in VOICES])
    return np.resize(joined, SECONDS * RATE)


def plugin(name, model, heard, folder):
    """Rows of the DDSP-VST file: its size, and the voice and a scale through the emulated plugin."""
    file = folder / f"{name}.tflite"
    export(model, file, format="vst")
    yield Row(f"{name}, DDSP-VST: size", file.stat().st_size / 1e6, "MB", "<=", 2.0)
    machine, pitch = vst_plugin.Plugin(file), model.statistics.pitch_midi_notes
    scale = Part([Note(0.5 * i, 0.45, float(midi)) for i, midi in enumerate(
        range(round(pitch.mean_minimum), round(pitch.mean_maximum) + 1))])
    tracks = {"60 s of a voice": (heard.f0_hz, heard.power_db), "a scale of keys": vst_plugin.keys(scale)}
    for what, track in tracks.items():
        sound, wanted = machine.play(*track), vst.expected_controls(model, *track)
        worst = max(float(np.abs(sound.controls[control] - values).max()) for control, values in wanted.items()
                    if control != "f0_hz")
        ratio_db = vst.signal_to_difference_db(vst_plugin.render(wanted), sound.audio)
        yield Row(f"{name}, DDSP-VST, {what}: frames that are not numbers", sound.broken_frames, "", "<=", 0)
        yield Row(f"{name}, DDSP-VST, {what}: largest difference of a control", worst, "", "<=", vst.CONTROLS_BAR)
        yield Row(f"{name}, DDSP-VST, {what}: signal to difference", ratio_db, "dB", ">=", vst.SOUND_BAR_DB)
        again = features.extract(sound.audio, sample_rate=RATE)
        sure = (again.f0_confidence > 0.8) & (units.scale_loudness(track[1]) > 0.4)
        cents = np.abs(units.hz_to_cents(again.f0_hz[sure], np.asarray(track[0])[sure]))
        yield Row(f"{name}, DDSP-VST, {what}: pitch heard again, median", float(np.median(cents)), "cents", "<=", 10)


def programs(name, model, heard, folder):
    """Rows of the files for other programs: size, and largest difference from the model."""
    file, saved = folder / f"{name}.onnx", folder / name
    export(model, file, format="onnx")
    yield Row(f"{name}, ONNX: size", file.stat().st_size / 1e6, "MB", "<=", 2.0)
    for way, block in (("in one block", len(heard)), ("frame by frame", 1)):
        worst = onnx.difference(file, model, heard.f0_hz, heard.loudness_db, block=block)
        yield Row(f"{name}, ONNX, 60 s of a voice {way}: largest difference of a control", worst, "", "<=", onnx.BAR)
    report = export(model, saved, format="savedmodel")
    size = sum(part.stat().st_size for part in saved.rglob("*") if part.is_file())
    yield Row(f"{name}, SavedModel: size", size / 1e6, "MB", "<=", 3.0)
    measured = [float(found.split()[0]) for what, found in report.checks if "bar" in found]
    yield Row(f"{name}, SavedModel: largest difference of a control or sample", max(measured), "", "<=", savedmodel.BAR)
