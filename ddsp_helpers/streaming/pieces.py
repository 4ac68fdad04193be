"""Playing a sound of any length in pieces, in constant memory, with the samples that one piece would have.  Lesson 13.

A piece needs what came before it (the decoder's memory, the oscillator's phase, the noise's number, what the room still
lets sound) and one frame of what comes after, because controls move from frame to frame.
"""

import functools

import numpy as np
import tensorflow as tf

from ddsp_helpers.dsp import kernels
from ddsp_helpers.dsp.shapes import as_frames
from ddsp_helpers.streaming.packing import Packing

_AT_ONCE = 8          # frames in one call of what is compiled for live playing
_INPUTS = ("f0_hz", "loudness_db")


class Stream:
    """An instrument that is played piece by piece.

    Args:
      model: Autoencoder.

    >>> from ddsp_helpers import SynthSpec, models
    >>> model = models.Autoencoder(models.ModelSpec(SynthSpec(n_harmonics=10, n_noise_bands=9), decoder="cnn"))
    >>> stream, state = Stream(model), Stream(model).init_state(1)
    >>> state, audio = stream.step(state, {"f0_hz": tf.fill([1, 3, 1], 440.0), "loudness_db": tf.zeros([1, 3, 1])})
    >>> audio.shape.as_list(), stream.finish(state)[1].shape.as_list()
    ([1, 640], [1, 320])
    """

    def __init__(self, model):
        self.model, self._functions = model, {}

    def init_state(self, batch):
        """What is known before the first frame: nothing is waiting, everything is silent."""
        return {"decoder": self.model.decoder.init_state(batch), "sound": self.model.init_sound(batch), "waiting": None}

    def step(self, state, inputs, valid=None):
        """Plays on with the next frames; the last of them waits for the frame after it.

        Args:
          state: of init_state or of the step before.
          inputs: {"f0_hz", "loudness_db"}, each [batch, frames, 1], from the second step on at least 1 frame.
          valid: how many of the frames count, from the second step on; those after them hold the last one's controls.

        Returns:
          The next state, and audio, [batch, samples]: hop samples for each frame, one frame late.
        """
        decoder, outputs = self.model.decoder.step(state["decoder"], self.model.encode(inputs))
        controls = self.model.physical_controls(outputs, as_frames(inputs["f0_hz"], channels=1, name="f0_hz"))
        if state["waiting"] is not None:
            controls = {name: tf.concat([state["waiting"][name], values], axis=1) for name, values in controls.items()}
        if valid is not None:
            held = tf.minimum(tf.range(controls["f0_hz"].shape[1]), valid)
            controls = {name: tf.gather(values, held, axis=1) for name, values in controls.items()}
        state = {**state, "decoder": decoder, "waiting": {name: values[:, -1:] for name, values in controls.items()}}
        if controls["f0_hz"].shape[1] < 2:
            return state, tf.zeros([controls["f0_hz"].shape[0], 0])
        return self._sound(state, controls)

    def finish(self, state):
        """Plays the frame that waits, held to its end.

        Returns:
          The next state, and audio, [batch, hop].

        Raises:
          ValueError: no frame waits.
        """
        if state["waiting"] is None:
            raise ValueError("The stream was finished before a frame came; at least one was wanted (lesson 13).")
        held = {name: tf.concat([values, values], axis=1) for name, values in state["waiting"].items()}
        return self._sound({**state, "waiting": None}, held)

    def play(self, state, f0_hz, loudness_db):
        """step for the few frames at a time of live playing: compiled as one piece for each number of them.

        Args:
          state: of init_state(1) or of the play before.
          f0_hz: fundamental frequency, [frames], Hz, any number of frames.
          loudness_db: [frames], dB.

        Returns:
          The next state, and audio, NumPy float32 [samples].
        """
        inputs = np.stack([f0_hz, loudness_db]).astype(np.float32)
        if isinstance(state, dict) and inputs.shape[1]:              # the first frame waits for the second
            first = {name: tf.constant(value[None, :1, None]) for name, value in zip(_INPUTS, inputs)}
            state, inputs = self._packing.pack(self.step(state, first)[0]), inputs[:, 1:]
        audio = [np.zeros(0, np.float32)]
        for begin in range(0, inputs.shape[1], _AT_ONCE):
            piece = inputs[:, begin:begin + _AT_ONCE]
            state, sound = self._compiled(piece.shape[1])(state, tf.constant(piece))
            audio.append(np.asarray(sound))
        return state, np.concatenate(audio)

    def warm_up(self, frames):
        """Compiles play for up to so many frames at a time, so that none of them is late."""
        state, _ = self.play(self.init_state(1), np.full(1, 220.0), np.full(1, -80.0))
        for now in range(1, min(frames, _AT_ONCE) + 1):
            self.play(state, np.full(now, 220.0), np.full(now, -80.0))

    @functools.cached_property
    def _packing(self):
        return Packing(self.step(self.init_state(1), {name: tf.zeros([1, 1, 1]) for name in _INPUTS})[0])

    def _compiled(self, frames):
        """step for so many frames, of a packed state and [2, frames], compiled: most of the time of a small call goes into
        handing over its tensors, so there are two of them."""
        if frames in self._functions:
            return self._functions[frames]

        def play(packed, inputs):
            inputs = {name: value[None, :, None] for name, value in zip(_INPUTS, tf.unstack(inputs))}
            state, audio = self.step(self._packing.unpack(packed), inputs)
            return self._packing.pack(state), audio[0]

        shapes = tf.TensorSpec([self._packing.size]), tf.TensorSpec([2, frames])
        compiled = tf.function(play, autograph=False, jit_compile=kernels.can_compile())
        self._functions[frames] = compiled.get_concrete_function(*shapes)
        return self._functions[frames]

    @functools.cached_property
    def play_block(self):
        """step as a compiled function of (state, inputs, valid), for blocks of one length."""
        return tf.function(self.step, autograph=False)

    def _sound(self, state, controls):
        """Renders all frames of controls but the last."""
        sound, audio = self.model.step_sound(state["sound"], controls)
        return {**state, "sound": sound}, audio


def render(model, f0_hz, loudness_db, *, block_s=4.0):
    """Plays pitch and loudness of any length, block by block; joined, the samples of playing it at once.

    Args:
      model: Autoencoder without z.
      f0_hz: fundamental frequency, [frames], Hz; 0 where there is no pitch.
      loudness_db: [frames], dB.
      block_s: length of a block, s; the memory that is used grows with it, not with the sound.

    Yields:
      Audio, NumPy float32; the blocks have frames * hop samples in all.

    Raises:
      ValueError: no frame, two different lengths, values that are not numbers, or a block shorter than a frame.
    """
    synth = model.model_spec.synth
    f0_hz, loudness_db = _as_track(f0_hz, "f0_hz"), _as_track(loudness_db, "loudness_db")
    if len(f0_hz) != len(loudness_db):
        raise ValueError(f"f0_hz came with {len(f0_hz)} frames and loudness_db with {len(loudness_db)}; the same number was "
                         "wanted (lesson 13).")
    size = round(block_s * synth.frame_rate)
    if size < 1:
        raise ValueError(f"block_s came as {block_s}; at least one frame, {1 / synth.frame_rate} s, was wanted (lesson 13).")
    stream = model.__dict__.setdefault("_stream", Stream(model))  # keeps what is compiled for the next sound
    return _blocks(stream, f0_hz, loudness_db, size)


def _blocks(stream, f0_hz, loudness_db, size):
    """The generator of render, after its arguments were looked at.  Every block has one shape and so one compilation."""
    synth = stream.model.model_spec.synth
    inputs = {"f0_hz": f0_hz, "loudness_db": loudness_db}
    first = {name: tf.constant(values[None, :1, None]) for name, values in inputs.items()}
    state, _ = stream.step(stream.init_state(1), first)
    for begin in range(0, len(f0_hz), size):
        piece = {name: values[begin + 1:begin + 1 + size] for name, values in inputs.items()}
        valid = len(piece["f0_hz"])
        padded = {name: tf.constant(np.pad(values, (0, size - valid))[None, :, None]) for name, values in piece.items()}
        state, audio = stream.play_block(state, padded, tf.constant(valid))
        yield audio[0, :synth.n_samples(len(f0_hz) - begin)].numpy()


def _as_track(values, name):
    """values as [frames] float32 with at least one frame, all numbers."""
    values = np.asarray(values, np.float32)
    values = values.reshape(-1) if values.size == max(values.shape, default=0) else values
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{name} came with shape {values.shape}; [frames] with at least one frame was wanted (lesson 13).")
    if not np.all(np.isfinite(values)):
        raise ValueError(f"{name} came with {np.sum(~np.isfinite(values))} frames that are not numbers; repair or drop them "
                         "before (lesson 06).")
    return values
