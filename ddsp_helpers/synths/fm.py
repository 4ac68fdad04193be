"""Sine waves that bend the phase of other sine waves."""

import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp.shapes import as_frames
from ddsp_helpers.synths.base import Synth
from ddsp_helpers.units import exp_sigmoid


class FM(Synth):
    """A few sine waves at ratios of one fundamental that bend each other's phase.

    Args:
      spec: SynthSpec with the rates.
      ratios: frequency of each operator divided by f0; whole numbers give harmonic sounds.
      algorithm: who bends whom, see dsp.fm_targets.
      max_index: largest index of an operator that bends another, radians.

    >>> from ddsp_helpers import SynthSpec
    >>> synth = FM(SynthSpec(frame_rate=250), ratios=(1, 2))
    >>> synth(tf.zeros([1, 4, 2]), tf.fill([1, 4, 1], 440.0)).shape.as_list()
    [1, 256]
    """

    def __init__(self, spec, *, ratios=(1, 1), algorithm="chain", max_index=8.0):
        super().__init__(spec)
        self.ratios, self.max_index = tuple(float(ratio) for ratio in ratios), float(max_index)
        self.targets = dsp.fm_targets(algorithm, len(self.ratios))

    def get_controls(self, levels, f0_hz):
        """Network outputs to physical controls.

        Args:
          levels: any real numbers, [batch, frames, n_operators].
          f0_hz: fundamental frequency, [batch, frames, 1], Hz; passed through.

        Returns:
          levels (amplitudes 0 ... 2 of operators that are heard, indices 0 ... max_index of the others) and
          f0_hz.
        """
        levels = as_frames(levels, channels=len(self.ratios), name="levels", lesson="05")
        most = tf.constant([2.0 if target is None else self.max_index for target in self.targets])
        return {
            "levels": exp_sigmoid(levels) * most / 2.0,
            "f0_hz": as_frames(f0_hz, channels=1, name="f0_hz"),
        }

    def get_signal(self, *, levels, f0_hz):
        """Audio [batch, frames * hop] of physical controls; see dsp.fm_synthesis."""
        return dsp.fm_synthesis(f0_hz, levels, ratios=self.ratios, algorithm=self.targets, **self._rates)

    def init_state(self, batch):
        """State before the first sample: the phases, [batch, n_operators], float64 cycles."""
        return tf.zeros([batch, len(self.ratios)], tf.float64)

    def step(self, state, controls):
        """Renders all frames but the last, which is the first of the next piece, as Harmonic.step."""
        now, after = self._split(controls)
        return self._play_on(dsp.fm_synthesis, ("f0_hz", "levels"), state, now, after, ratios=self.ratios,
                             algorithm=self.targets)
