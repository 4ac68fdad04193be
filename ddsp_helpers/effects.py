"""Effects: sound in, sound out, with controls that a network or a player can turn.

Every effect has get_controls(audio, ...) -> dict and get_signal(**controls) -> audio; calling it does both.
Those with something to learn are Keras layers whose variables are trained with the model.  Lesson 04 hears
each.
"""

import keras
import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp import shapes
from ddsp_helpers.units import exp_sigmoid

_IR_SEED = 0x0DD5     # the noise of a synthetic room is always the same, so that it exports and streams


class _Effect(keras.layers.Layer):
    """What all effects share: calling one is get_controls, then get_signal."""

    def call(self, audio, *controls, **named):
        return self.get_signal(**self.get_controls(audio, *controls, **named))


class _Room(_Effect):
    """A reverb: the dry sound plus its convolution with an impulse response whose tap 0 is 0.

    Args:
      ir_samples: length of the impulse response, at least 2 samples.
      add_dry: whether the dry sound is in the result.
      trainable: whether the room is learned.
    """

    def __init__(self, ir_samples, *, add_dry=True, **settings):
        super().__init__(**settings)
        self.ir_samples, self.add_dry = shapes.at_least(2, ir_samples=ir_samples), bool(add_dry)

    def get_signal(self, *, audio, ir):
        """Sound in the room.

        Args:
          audio: dry sound, [batch, samples].
          ir: impulse response, [1 or batch, taps]; tap 0 is ignored: it would be the dry sound again.

        Returns:
          Sound, [batch, samples].
        """
        wet = dsp.fft_convolve(audio, _without_first(shapes.as_audio(ir, name="ir", lesson="04")))
        return audio + wet if self.add_dry else wet

    def impulse_response(self):
        """What a click becomes, dry sound included, [1, taps]: the file to export."""
        ir = _without_first(self.get_controls(tf.zeros([1, 1]))["ir"])
        return ir + tf.one_hot([0], ir.shape[1]) if self.add_dry else ir

    def init_state(self, batch, *, block=None):
        """State before the first sample.

        Args:
          batch: rows of sound.
          block: None for pieces of any size, or a number of samples: pieces will be multiples of it, which costs less.
        """
        if block is None:
            return tf.zeros([batch, self.ir_samples - 1])                    # the last samples that went in
        ir = self.get_controls(tf.zeros([1, 1]))["ir"]
        return dsp.partitioned.init_stream(_without_first(ir), batch=batch, block=block)

    def step(self, state, audio, *controls, **named):
        """The next piece of a sound; piece by piece gives what the whole gives at once.

        Args:
          state: from init_state or the step before.
          audio: the next dry samples, [batch, any number; or a multiple of the block].
          *controls: as get_controls takes them; the room should stay the same from piece to piece.  With a block the
            room is that of init_state.
          **named: the same by name.

        Returns:
          The next state, and sound of the same length.
        """
        audio = shapes.as_audio(audio)
        if isinstance(state, tuple):
            state, wet = dsp.partitioned.step_stream(state, audio)
            return state, audio + wet if self.add_dry else wet
        heard = tf.concat([state, audio], axis=1)
        controls = self.get_controls(heard, *controls, **named)
        if controls["ir"].shape[1] != self.ir_samples:
            raise ValueError(f"ir came with {controls['ir'].shape[1]} taps for a state of a room with "
                             f"{self.ir_samples}; the same number was wanted (lesson 13).")
        return heard[:, -(self.ir_samples - 1):], self.get_signal(**controls)[:, self.ir_samples - 1:]


def _without_first(ir):
    return tf.concat([tf.zeros_like(ir[:, :1]), ir[:, 1:]], axis=1)


class Reverb(_Room):
    """A learned room: every tap of the impulse response is a parameter, shared by all sounds.

    y = x + ir * x with ir[0] = 0 (Engel et al., "DDSP", 2020, section 3.6).  Lesson 04 claps in it, lesson 09
    learns it.

    >>> reverb = Reverb(100)
    >>> reverb(tf.ones([2, 500])).shape.as_list()
    [2, 500]
    """

    def __init__(self, ir_samples=48000, **settings):
        super().__init__(ir_samples, **settings)
        self.ir = self.add_weight(shape=(self.ir_samples,), name="ir",
                                  initializer=keras.initializers.RandomNormal(stddev=1e-6, seed=0))

    def get_controls(self, audio, ir=None):
        """The sound, and the room's impulse response [1, taps] unless another one is given."""
        ir = tf.convert_to_tensor(self.ir)[tf.newaxis] if ir is None else ir
        return {"audio": shapes.as_audio(audio), "ir": ir}


class ExpDecayReverb(_Room):
    """A room of two numbers: noise that dies away exponentially.

    ir[t] = gain exp(-(2 + e^decay) t / taps) noise[t]; gain = exp_sigmoid(gain parameter).  It has fallen by
    60 dB after `reverb_time_s`.  Lesson 04 turns both.

    >>> reverb = ExpDecayReverb(16000)
    >>> round(reverb.reverb_time_s(sample_rate=16000), 4)
    0.122
    """

    def __init__(self, ir_samples=48000, *, gain=2.0, decay=4.0, **settings):
        super().__init__(ir_samples, **settings)
        for name, value in (("gain", gain), ("decay", decay)):
            weight = self.add_weight(shape=(1,), name=name, initializer=keras.initializers.Constant(value))
            setattr(self, name, weight)

    def get_controls(self, audio, gain=None, decay=None):
        """The sound, and the response of the parameters, or of gain and decay [batch, 1], any numbers."""
        gain = shapes.as_audio(self.gain[tf.newaxis] if gain is None else gain, name="gain")
        decay = shapes.as_audio(self.decay[tf.newaxis] if decay is None else decay, name="decay")
        t = tf.range(self.ir_samples, dtype=tf.float32) / self.ir_samples
        noise = dsp.white_noise(self.ir_samples, batch=1, seed=_IR_SEED)
        ir = exp_sigmoid(gain) * tf.exp(-(2.0 + tf.exp(decay)) * t) * noise
        return {"audio": shapes.as_audio(audio), "ir": ir}

    def reverb_time_s(self, *, sample_rate):
        """Seconds until the room has fallen by 60 dB: ln(1000) taps / ((2 + e^decay) sample_rate)."""
        rate = 2.0 + float(tf.exp(tf.convert_to_tensor(self.decay))[0])
        return 6.907755278982137 * self.ir_samples / (rate * sample_rate)


class FilteredNoiseReverb(_Room):
    """A room drawn as bands over time: its impulse response is filtered noise.

    Args:
      ir_samples: length of the impulse response, a multiple of n_frames.
      n_frames: how many filters over its length.
      n_noise_bands: bands of each filter, at least 2.

    Raises:
      ValueError: n_frames does not divide ir_samples.

    >>> FilteredNoiseReverb(1000, n_frames=10, n_noise_bands=4)(tf.ones([2, 500])).shape.as_list()
    [2, 500]
    """

    def __init__(self, ir_samples=48000, *, n_frames=1000, n_noise_bands=16, bias=-3.0, **settings):
        super().__init__(ir_samples, **settings)
        if self.ir_samples % shapes.at_least(1, n_frames=n_frames):
            raise ValueError(f"ir_samples={ir_samples} came with n_frames={n_frames}; a multiple was wanted "
                             "(lesson 04).")
        self.hop, self.bias = self.ir_samples // n_frames, float(bias)
        self.magnitudes = self.add_weight(shape=(n_frames, shapes.at_least(2, n_noise_bands=n_noise_bands)),
                                          initializer=keras.initializers.RandomNormal(stddev=1e-2, seed=0),
                                          name="magnitudes")

    def get_controls(self, audio, magnitudes=None):
        """The sound, and the response of the parameters, or of magnitudes [batch, n_frames, bands]."""
        if magnitudes is None:
            magnitudes = tf.convert_to_tensor(self.magnitudes)[tf.newaxis]
        magnitudes = exp_sigmoid(shapes.as_frames(magnitudes, name="magnitudes", lesson="04") + self.bias)
        ir = dsp.filtered_noise(magnitudes, hop=self.hop, seed=_IR_SEED)
        return {"audio": shapes.as_audio(audio), "ir": ir}


class FIRFilter(_Effect):
    """A filter that changes with every control frame and delays nothing; see dsp.time_varying_fir.

    Args:
      hop: samples from one control frame to the next.

    >>> FIRFilter(64)(tf.ones([1, 128]), tf.zeros([1, 2, 65])).shape.as_list()
    [1, 128]
    """

    def __init__(self, hop, **settings):
        super().__init__(**settings)
        self.hop = shapes.at_least(1, hop=hop)

    def get_controls(self, audio, magnitudes):
        """The sound, and magnitudes >= 0 from any real numbers [batch, frames, bands]."""
        magnitudes = shapes.as_frames(magnitudes, name="magnitudes", lesson="04")
        return {"audio": shapes.as_audio(audio), "magnitudes": exp_sigmoid(magnitudes)}

    def get_signal(self, *, audio, magnitudes):
        """Filtered sound, [batch, samples]."""
        return dsp.time_varying_fir(audio, magnitudes, hop=self.hop)

    def init_state(self, batch, *, n_bands):
        """State before the first sample: what earlier pieces still let sound, [batch, n_bands - 2], zeros."""
        return dsp.segments.init_stream(batch, p=dsp.segments.plan(hop=self.hop, n_bands=n_bands))

    def step(self, state, controls):
        """Filters all frames but the last, which is the first of the next piece: the filter reaches into it.

        Args:
          state: from init_state or the step before.
          controls: audio [batch, (frames + 1) * hop] and magnitudes [batch, frames + 1, bands] as of get_controls.

        Returns:
          The next state, and sound, [batch, frames * hop].

        Raises:
          ValueError: audio is not hop samples for each frame.
        """
        magnitudes = shapes.as_frames(controls["magnitudes"], name="magnitudes", lesson="04")
        audio = shapes.as_audio(controls["audio"])
        if audio.shape[1] != magnitudes.shape[1] * self.hop:
            raise ValueError(f"audio came with {audio.shape[1]} samples for {magnitudes.shape[1]} frames; {self.hop} for each "
                             "were wanted, the last of them for the frame after (lesson 13).")
        p = dsp.segments.plan(hop=self.hop, n_bands=magnitudes.shape[-1])
        return dsp.segments.step_stream(state, magnitudes, (audio[:, :-self.hop],), (audio[:, -self.hop:],), p=p)


class ModDelay(_Effect):
    """A delay that sweeps exactly center_ms ... center_ms + depth_ms as its phase goes from 0 to 1, and never
    wraps.

    Args:
      sample_rate: Hz.
      center_ms: shortest delay (phase 0), milliseconds, >= 0.
      depth_ms: how much longer the delay is at phase 1, milliseconds, >= 0.
      add_dry: whether the dry sound is in the result (a chorus) or not (a vibrato).

    Raises:
      ValueError: a negative time, or sample_rate < 1.

    >>> ModDelay(16000)(tf.ones([1, 800]), tf.zeros([1, 800]), tf.zeros([1, 800])).shape.as_list()
    [1, 800]
    """

    def __init__(self, sample_rate=16000, *, center_ms=15.0, depth_ms=10.0, add_dry=True, **settings):
        super().__init__(**settings)
        if center_ms < 0 or depth_ms < 0:
            raise ValueError(f"center_ms={center_ms}, depth_ms={depth_ms} came; times >= 0 were wanted "
                             "(lesson 04).")
        self.sample_rate = shapes.at_least(1, sample_rate=sample_rate)
        self.center_ms, self.depth_ms, self.add_dry = float(center_ms), float(depth_ms), bool(add_dry)

    def get_controls(self, audio, gain, phase):
        """The sound, gain in 0 ... 1 and phase in 0 ... 1 from any real numbers, each [batch, samples]."""
        gain, phase = shapes.as_audio(gain, name="gain"), shapes.as_audio(phase, name="phase")
        return {"audio": shapes.as_audio(audio), "gain": tf.sigmoid(gain), "phase": tf.sigmoid(phase)}

    def get_signal(self, *, audio, gain, phase):
        """Sound plus gain times its delayed copy, [batch, samples]; phase 0 ... 1 spans the delays."""
        delay_ms = self.center_ms + self.depth_ms * shapes.as_audio(phase, name="phase")
        wet = gain * dsp.modulated_delay(audio, delay_ms * (self.sample_rate / 1000.0))
        return audio + wet if self.add_dry else wet

    def init_state(self, batch):
        """State before the first sample: as much of the past as the longest delay reads, [batch, samples], zeros."""
        longest = (self.center_ms + self.depth_ms) * self.sample_rate / 1000.0
        return tf.zeros([batch, int(longest) + 2])

    def step(self, state, controls):
        """Delays the next samples; piece by piece gives what the whole gives at once.

        Args:
          state: from init_state or the step before.
          controls: audio, gain and phase as of get_controls, each [batch, any number of samples].

        Returns:
          The next state, and sound of the same length.
        """
        before = state.shape[1]
        heard = tf.concat([state, shapes.as_audio(controls["audio"])], axis=1)
        padded = {name: tf.pad(shapes.as_audio(controls[name], name=name), [[0, 0], [before, 0]])
                  for name in ("gain", "phase")}
        return heard[:, -before:], self.get_signal(audio=heard, **padded)[:, before:]
