"""An instrument as a file for the DDSP-VST plugin of Magenta: a .tflite that is proved by an emulator of the plugin.

    export(models.load_instrument("violin"), "Violin.tflite", format="vst")

The plugin lists every .tflite below Documents/Magenta/DDSP/Models under its file name.  What it wants of a file is in
`vst_contract`, what is inside in `vst_graph`; `vst_plugin` plays it here.  A learned room does not fit into the file:
it leaves as a wav beside it, for any convolution reverb.  Lesson 13 puts both into a music program.
"""

import datetime
import json
import math
import pathlib
import tempfile
import zipfile

import numpy as np
import tensorflow as tf

import ddsp_helpers
from ddsp_helpers import units
from ddsp_helpers.export import impulse_response, vst_contract, vst_graph, vst_plugin
from ddsp_helpers.export.report import Report, only

CONTROLS_BAR, SOUND_BAR_DB = 1e-4, 60.0      # largest difference of a control; signal to difference of the sound
_FRAMES = 250


def write(models, out):
    """Writes the plugin's file, and the learned room of the instrument beside it; proves both.

    Args:
      models: list with one models.Autoencoder of 16 kHz, with statistics.
      out: file name ending in .tflite.

    Returns:
      report.Report.

    Raises:
      ValueError: the plugin cannot hold the model, or the file failed its proof.
    """
    model, out = only(models, format="vst"), pathlib.Path(out)
    out.write_bytes(convert(vst_graph.PluginGraph(model)))
    attach_metadata(out, metadata_of(model))
    checks = prove(out, model)
    if model.reverb is not None:
        room = out.with_name(f"{out.stem} room.wav")
        checks += tuple((f"{room.name}: {what}", found) for what, found in impulse_response.write(model, room).checks)
    return Report("vst", out, checks)


def convert(module, *, name="call"):
    """The flatbuffer of a tf.Module's method `call`, under the signature whose name the plugin's tensors carry.

    Returns:
      bytes.
    """
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures={name: module.call})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[name])
        return converter.convert()


def metadata_of(model):
    """What the plugin reads of an instrument beside its weights, and what Magenta's exporter says too.

    export_time is the identity by which a music program finds the instrument again: no two exports may share it.
    """
    pitch, power = model.statistics.pitch_midi_notes, model.statistics.power_db_notes
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")
    return {
        "mean_min_pitch_note": pitch.mean_minimum, "mean_max_pitch_note": pitch.mean_maximum,
        "mean_min_pitch_note_hz": float(units.midi_to_hz(pitch.mean_minimum)),
        "mean_max_pitch_note_hz": float(units.midi_to_hz(pitch.mean_maximum)),
        "mean_min_power_note": power.mean_minimum, "mean_max_power_note": power.mean_maximum,
        "version": ddsp_helpers.__version__, "export_time": now,
        "num_harmonics": vst_contract.N_HARMONICS, "num_noise_amps": vst_contract.N_NOISE_BANDS,
        "frame_rate": vst_contract.FRAME_RATE, "frame_size": vst_contract.FRAME_SIZE,
        "sample_rate": vst_contract.SAMPLE_RATE,
    }


def attach_metadata(path, metadata):
    """Appends a zip archive with metadata.json to a model; TensorFlow Lite does not look behind its flatbuffer."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(vst_contract.METADATA, json.dumps(metadata))


def prove(path, model):
    """Loads the file alone, as the plugin does, and plays random frames through it and through the model.

    Args:
      path: the .tflite.
      model: the models.Autoencoder that it should be.

    Returns:
      Pairs of (what was checked, what was measured).

    Raises:
      ValueError: the plugin would refuse the file, or would not sound as the model does.
    """
    plugin = vst_plugin.Plugin(path)
    least = 4 * sum(math.prod(weight.shape) for weight in model.decoder.weights)
    size = pathlib.Path(path).stat().st_size
    if size < least:
        raise ValueError(f"{path} has {size} bytes, and the weights alone are {least}: some were left behind "
                         "(lesson 13).")
    plugin.require_numbers()
    f0_hz, power_db = random_frames(_FRAMES)
    mine, theirs = expected_controls(model, f0_hz, power_db), plugin.controls(f0_hz, power_db)
    worst = max(float(np.abs(mine[name] - theirs[name]).max()) for name in mine)
    if not worst <= CONTROLS_BAR:
        raise ValueError(f"{path} differs from the model by {worst:.2g} in a control over {_FRAMES} frames; at most "
                         f"{CONTROLS_BAR:g} was wanted: weights were changed or left behind (lesson 13).")
    ratio_db = signal_to_difference_db(vst_plugin.render(mine), vst_plugin.render(theirs))
    if not ratio_db >= SOUND_BAR_DB:
        raise ValueError(f"{path} sounds other than the model: {ratio_db:.1f} dB from signal to difference; at least "
                         f"{SOUND_BAR_DB:g} dB were wanted (lesson 13).")
    return plugin.checks + (
        ("size", f"{size:,} bytes, of which the decoder's weights are {least:,}"),
        ("every number a number", f"all weights, and {vst_plugin.N_PROBE_FRAMES} frames of every pitch and level"),
        ("largest difference of a control from the model's",
         f"{worst:.1e} over {_FRAMES} frames (bar {CONTROLS_BAR:g})"),
        ("sound: signal to difference from the model's",
         f"{ratio_db:.0f} dB with the same noise (bar {SOUND_BAR_DB:g} dB)"),
    )


def random_frames(n_frames, *, seed=0):
    """Pitch in Hz and power in dB that leap from frame to frame, [n_frames] float32 each: all notes, all levels."""
    rng = np.random.default_rng(seed)
    midi, power_db = rng.uniform(24, 100, n_frames), rng.uniform(-80, 0, n_frames)
    return units.midi_to_hz(midi).astype(np.float32), power_db.astype(np.float32)


def expected_controls(model, f0_hz, power_db):
    """What the model itself plays at a power, with the plugin's 60 harmonics: computed by the model, not by the file.

    Args:
      model: models.Autoencoder with statistics.
      f0_hz, power_db: [frames].

    Returns:
      As vst_plugin.Plugin.controls.
    """
    loudness_db = vst_graph.loudness_at(power_db, model.statistics)
    inputs = {"f0_hz": f0_hz, "loudness_db": loudness_db}
    controls = {name: np.asarray(value, np.float64) for name, value in model.controls(
        {name: np.asarray(value, np.float32)[None, :, None] for name, value in inputs.items()}).items()}
    harmonics = controls["harmonic_distribution"][..., :vst_contract.N_HARMONICS]
    harmonics = np.pad(harmonics, [(0, 0), (0, 0), (0, vst_contract.N_HARMONICS - harmonics.shape[-1])])
    share = harmonics.sum(axis=-1, keepdims=True)
    return {**controls, "amplitude": controls["amplitude"] * share,
            "harmonic_distribution": harmonics / np.where(share > 0, share, 1.0)}


def signal_to_difference_db(signal, other):
    """Power of a signal over that of its difference from another, dB; infinite where they are equal."""
    signal, other = np.asarray(signal, np.float64), np.asarray(other, np.float64)
    difference = np.sum((signal - other) ** 2)
    return float(10 * np.log10(np.sum(signal**2) / difference)) if difference else math.inf
