"""A voice goes in block by block and an instrument comes out, a stated time later.  Lesson 13."""
import dataclasses

import numpy as np

from ddsp_helpers.features.live import Listener
from ddsp_helpers.streaming.follow import Follower
from ddsp_helpers.streaming.pieces import Stream
from ddsp_helpers.transfer import Settings

KNEE = 0.8


@dataclasses.dataclass(frozen=True)
class Latency:
    """Where the time goes between a voice and the instrument that it plays.

    Args:
      window_s: half an analysis window: a frame's pitch is known when the second half of it was heard, s.
      frame_s: controls glide from frame to frame, so the next one must be known, s.
      block_s: the sound card waits for a whole block before it hands it over, and again before it plays it, s.
    """

    window_s: float
    frame_s: float
    block_s: float

    @property
    def algorithm_s(self):
        """What the algorithm needs, whatever the sound card does, s."""
        return self.window_s + self.frame_s

    @property
    def total_s(self):
        """From the microphone to the loudspeaker, s; converters and drivers add a few milliseconds."""
        return self.algorithm_s + 2 * self.block_s

    def __str__(self):
        parts = {"half an analysis window": self.window_s, "one control frame": self.frame_s,
                 "a block in": self.block_s, "a block out": self.block_s}
        listed = ", ".join(f"{name} {1000 * value:.1f} ms" for name, value in parts.items())
        return f"{1000 * self.total_s:.1f} ms: {listed}"


class Live:
    """Voice in, instrument out: pitch tracker, recipe, decoder, synthesizers and room for blocks of any size.

    Args:
      model: Autoencoder without z, with statistics.
      settings: transfer.Settings.

    Raises:
      ValueError: the model carries no statistics, or wants z.

    >>> from ddsp_helpers import models
    >>> live = Live(models.load_instrument("violin"))
    >>> state, audio = live.step(live.init_state(), np.zeros(256, np.float32))
    >>> audio.shape, str(live.latency(256))
    ((256,), '68.0 ms: half an analysis window 16.0 ms, one control frame 20.0 ms, a block in 16.0 ms, a block out 16.0 ms')
    """

    def __init__(self, model, *, settings=Settings()):
        if model.statistics is None:
            raise ValueError("The model carries no statistics of its instrument, so nothing can be moved into its range; train "
                             "it with ddsp_helpers.training.fit, which keeps them (lesson 09).")
        if model.model_spec.z_dims:
            raise ValueError(f"The model wants z (z_dims={model.model_spec.z_dims}), and a live voice brings pitch and loudness "
                             "only; a model without z was wanted (lesson 13).")
        self.model, self.synth = model, model.model_spec.synth
        self.listener = Listener(sample_rate=self.synth.sample_rate, frame_rate=self.synth.frame_rate)
        self.settings = settings
        self._stream = Stream(model)

    @property
    def settings(self):
        """transfer.Settings; another one is heard from the next block on."""
        return self._follower.settings

    @settings.setter
    def settings(self, settings):
        self._follower = Follower(self.model.statistics, settings, frame_rate=self.synth.frame_rate)

    @property
    def delay(self):
        """Samples from a sound to what it plays: half an analysis window and one control frame."""
        return self.listener.size // 2 + self.synth.hop

    def latency(self, block):
        """Latency with blocks of so many samples."""
        rate = self.synth.sample_rate
        return Latency(self.listener.delay_s, self.synth.hop / rate, block / rate)

    def init_state(self):
        """Before the first block: nothing was heard, nothing sounds."""
        return {"listener": self.listener.init_state(), "follower": self._follower.init_state(),
                "stream": self._stream.init_state(1), "ready": np.zeros(self.delay, np.float32)}

    def step(self, state, block):
        """Hears a block and plays one.

        Args:
          state: of init_state or of the step before.
          block: the next samples of the voice at the model's rate, [n], any number of them.

        Returns:
          The next state, and as many samples, [n] float32, `delay` samples late; above 0.8 they bend and stay below 1.

        Raises:
          ValueError: block is not [n] of finite numbers.
        """
        state = dict(state)
        state["listener"], heard = self.listener.step(state["listener"], block)
        state["follower"], f0_hz, loudness_db = self._follower.step(state["follower"], heard)
        if len(f0_hz):
            state["stream"], audio = self._stream.play(state["stream"], f0_hz, loudness_db)
            state["ready"] = np.concatenate([state["ready"], audio])
        out, state["ready"] = np.split(state["ready"], [len(block)])
        return state, _limited(out)

    def warm_up(self, block):
        """Compiles what blocks of so many samples need, so that none of them is late."""
        self._stream.warm_up(-(-block // self.synth.hop))


def _limited(audio):
    """Audio as it is up to KNEE; beyond it bends and never passes 1."""
    level = np.abs(audio)
    over = np.maximum(level - KNEE, 0.0) / (1.0 - KNEE)
    return np.where(over > 0, np.sign(audio) * (KNEE + (1.0 - KNEE) * np.tanh(over)), audio).astype(np.float32)
