"""Noise through a moving filter."""

from ddsp_helpers import dsp
from ddsp_helpers.dsp.shapes import as_frames
from ddsp_helpers.synths.base import Synth
from ddsp_helpers.units import exp_sigmoid


class FilteredNoise(Synth):
    """White noise through a filter that changes with every control frame.

    Args:
      spec: SynthSpec with the rates and sizes.
      bias: added to network outputs, so that an untrained network is nearly silent.
      seed: which noise; a whole number.

    >>> import tensorflow as tf
    >>> from ddsp_helpers import SynthSpec
    >>> synth = FilteredNoise(SynthSpec(frame_rate=250))
    >>> synth(tf.zeros([1, 4, 65])).shape.as_list()
    [1, 256]
    """

    def __init__(self, spec, *, bias=-5.0, seed=0):
        super().__init__(spec)
        self.bias, self.seed = float(bias), seed

    def get_controls(self, noise_magnitudes):
        """Network outputs [batch, frames, n_noise_bands] to magnitudes in 0 ... 2: exp_sigmoid(x + bias)."""
        noise_magnitudes = as_frames(
            noise_magnitudes, channels=self.spec.n_noise_bands, name="noise_magnitudes", lesson="08"
        )
        return {"noise_magnitudes": exp_sigmoid(noise_magnitudes + self.bias)}

    def get_signal(self, *, noise_magnitudes, seed=None):
        """Audio [batch, frames * hop]; see dsp.filtered_noise.

        Args:
          noise_magnitudes: [batch, frames, n_noise_bands], >= 0.
          seed: another noise than the synthesizer's own, a whole number or a scalar tensor: one a training
            step.
        """
        seed = self.seed if seed is None else seed
        return dsp.filtered_noise(noise_magnitudes, hop=self.spec.hop, seed=seed)

    def init_state(self, batch):
        """State before the first sample: its number, and earlier pieces' tail, [batch, n_noise_bands - 2]."""
        return dsp.noise.init_stream(batch, n_bands=self.spec.n_noise_bands, hop=self.spec.hop)

    def step(self, state, controls):
        """Renders all frames but the last, which is the first of the next piece, as Harmonic.step."""
        return dsp.noise.step_stream(state, as_frames(controls["noise_magnitudes"], name="noise_magnitudes"),
                                     hop=self.spec.hop, seed=self.seed)
