"""An instrument as a TensorFlow SavedModel: a folder that any program with TensorFlow loads, without this package.

    loaded = tf.saved_model.load("violin")
    audio = loaded.signatures["play"](f0_hz=f0_hz, loudness_db=loudness_db)["audio"]

Three signatures, all of named float32 tensors: `controls` and `play` take a whole sound from the beginning, `step` goes
on from a state, which begins as zeros.  Lesson 13.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import tensorflow as tf

from ddsp_helpers.export.report import Report, only

BAR = 1e-5                    # largest difference of controls and of samples
_FRAMES = 120
_TRACK = [None, None, 1]      # [batch, frames, 1]
_STEPS = (1, 7, 32, 80)       # frames of the pieces that the proof plays, _FRAMES in all

# Runs where neither this package nor Keras can be imported: the folder must be enough.
_PROGRAM = """
import sys
for name in ("ddsp_helpers", "keras"):
    sys.modules[name] = None
import numpy as np, tensorflow as tf
folder, given, answer = sys.argv[1:4]
steps = [int(step) for step in sys.argv[4:]]
signatures = tf.saved_model.load(folder).signatures
with np.load(given) as file:
    track = {name: tf.constant(file[name]) for name in file.files}
out = {f"controls/{name}": value for name, value in signatures["controls"](**track).items()}
out["play/audio"] = signatures["play"](**track)["audio"]
step, begin, pieces = signatures["step"], 0, []
inputs = step.structured_input_signature[1]
state = {name: tf.zeros([1, *spec.shape[1:]]) for name, spec in inputs.items() if name.startswith("state_")}
for frames in steps:
    piece = step(**{name: value[:, begin:begin + frames] for name, value in track.items()}, **state)
    state = {name: piece.pop("next_" + name) for name in state}
    pieces.append(piece)
    begin += frames
out.update({f"step/{name}": tf.concat([piece[name] for piece in pieces], axis=1) for name in pieces[0]})
np.savez(answer, **{name: value.numpy() for name, value in out.items()})
"""


def write(models, out):
    """Writes the folder, loads it in a process of its own that has only TensorFlow, and compares.

    Args:
      models: list with one models.Autoencoder.
      out: name of the folder.

    Returns:
      report.Report.

    Raises:
      ValueError: the model is none of pitch and loudness alone, or what was loaded plays otherwise.
    """
    model, out = only(models, format="savedmodel"), pathlib.Path(out)
    signatures = _Signatures(model)
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(signatures, str(out), options=options, signatures={
        "controls": signatures.controls, "play": signatures.play, "step": signatures.step})
    return Report("savedmodel", out, (("signatures", "controls, play, step"), *prove(out, model)))


class _Signatures(tf.Module):
    """The three functions, and the variables that a folder must hold: those of Keras layers are not found otherwise."""

    def __init__(self, model):
        super().__init__()
        self._variables = [weight.value for weight in model.weights]
        track = {name: tf.TensorSpec(_TRACK, tf.float32, name=name) for name in ("f0_hz", "loudness_db")}
        state = {f"state_{i}": tf.TensorSpec([None, *part.shape[1:]], tf.float32, name=f"state_{i}")
                 for i, part in enumerate(tf.nest.flatten(model.decoder.init_state(1)))}
        empty = model.decoder.init_state(1)

        def controls(f0_hz, loudness_db):
            return model.controls({"f0_hz": f0_hz, "loudness_db": loudness_db})

        def play(f0_hz, loudness_db):
            made = controls(f0_hz, loudness_db)
            breath = model.noise.get_signal(noise_magnitudes=made.pop("noise_magnitudes"))
            return {"audio": _in_room(model, model.harmonic.get_signal(**made) + breath)}

        def step(f0_hz, loudness_db, **before):
            before = tf.nest.pack_sequence_as(empty, [before[name] for name in state])
            after, outputs = model.decoder.step(before, model.encode({"f0_hz": f0_hz, "loudness_db": loudness_db}))
            named = {f"next_{name}": part for name, part in zip(state, tf.nest.flatten(after), strict=True)}
            return {**model.physical_controls(outputs, f0_hz), **named}

        self.controls, self.play = (tf.function(function, autograph=False).get_concrete_function(**track)
                                    for function in (controls, play))
        self.step = tf.function(step, autograph=False).get_concrete_function(**track, **state)


def _in_room(model, audio):
    """The sound in the model's room, of any length: model.reverb wants lengths that are known in advance."""
    if model.reverb is None:
        return audio
    response, samples = model.reverb.impulse_response(), tf.shape(audio)[1]
    length = [samples + response.shape[1] - 1]
    spectrum = tf.signal.rfft(audio, length) * tf.signal.rfft(response, length)
    return tf.signal.irfft(spectrum, length)[:, :samples]


def prove(path, model):
    """Loads the folder in another process, without this package, and plays leaps of pitch and loudness, whole and in
    pieces.

    Args:
      path: the folder.
      model: the models.Autoencoder that it should be.

    Returns:
      Pairs of (what was checked, what was measured).

    Raises:
      ValueError: it does not load there, or plays otherwise than the model.
    """
    rng = np.random.default_rng(0)
    track = {"f0_hz": 2.0 ** rng.uniform(5, 11, [1, _FRAMES, 1]), "loudness_db": rng.uniform(-80, 10, [1, _FRAMES, 1])}
    track = {name: value.astype(np.float32) for name, value in track.items()}
    found = _elsewhere(path, track)
    controls = {name: np.asarray(value) for name, value in model.controls(track).items()}
    wanted = {"play/audio": np.asarray(model.synthesize(controls)),
              **{f"{word}/{name}": value for word in ("controls", "step") for name, value in controls.items()}}
    if set(found) != set(wanted):
        raise ValueError(f"{path} gives {sorted(found)}; {sorted(wanted)} were wanted (lesson 13).")
    measured = {"controls": 0.0, "play": 0.0, "step": 0.0}
    for name, value in wanted.items():
        if not name.endswith("f0_hz"):                                          # which only passes through
            word = name.split("/")[0]
            measured[word] = max(measured[word], float(np.abs(found[name] - value).max()))
    if not max(measured.values()) <= BAR:
        raise ValueError(f"{path} plays otherwise than the model, by {measured}; at most {BAR:g} was wanted "
                         "(lesson 13).")
    what = {"controls": "controls: largest difference from the model's", "play": "play: largest difference of a sample",
            "step": f"step: the same controls in pieces of {', '.join(map(str, _STEPS))} frames"}
    return (("loads where neither this package nor Keras is", "yes"),
            *((what[word], f"{value:.1e} over {_FRAMES} frames (bar {BAR:g})") for word, value in measured.items()))


def _elsewhere(path, track):
    """What _PROGRAM makes of a track with the folder alone, {signature/output: array}."""
    with tempfile.TemporaryDirectory() as scratch:
        given, answer = pathlib.Path(scratch) / "given.npz", pathlib.Path(scratch) / "answer.npz"
        np.savez(given, **track)
        command = [sys.executable, "-c", _PROGRAM, str(pathlib.Path(path).resolve()), str(given), str(answer)]
        done = subprocess.run([*command, *map(str, _STEPS)], cwd=scratch, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(f"{path} does not load with TensorFlow alone: "
                             f"{' | '.join(done.stderr.strip().splitlines()[-3:])} (lesson 13).")
        with np.load(answer) as file:
            return {name: file[name] for name in file.files}
