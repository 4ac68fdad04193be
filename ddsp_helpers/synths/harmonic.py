"""Harmonics of one fundamental."""

import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp.shapes import as_frames
from ddsp_helpers.synths.base import Synth
from ddsp_helpers.units import exp_sigmoid


class Harmonic(Synth):
    """Sum of harmonics of one fundamental.

    >>> from ddsp_helpers import SynthSpec
    >>> synth = Harmonic(SynthSpec(frame_rate=250, n_harmonics=3))
    >>> synth(tf.zeros([1, 4, 1]), tf.zeros([1, 4, 3]), tf.fill([1, 4, 1], 440.0)).shape.as_list()
    [1, 256]
    """

    def get_controls(self, amplitude, harmonic_distribution, f0_hz):
        """Network outputs to physical controls.

        Args:
          amplitude: any real numbers, [batch, frames, 1].
          harmonic_distribution: any real numbers, [batch, frames, n_harmonics].
          f0_hz: fundamental frequency, [batch, frames, 1], Hz; passed through.

        Returns:
          amplitude in 0 ... 2, harmonic_distribution >= 0 that sums to 1 below Nyquist, f0_hz.
        """
        f0_hz = as_frames(f0_hz, channels=1, name="f0_hz")
        harmonic_distribution = as_frames(
            harmonic_distribution, channels=self.spec.n_harmonics, name="harmonic_distribution", lesson="08"
        )
        return {
            "amplitude": exp_sigmoid(as_frames(amplitude, channels=1, name="amplitude")),
            "harmonic_distribution": dsp.normalize_harmonics(
                exp_sigmoid(harmonic_distribution), f0_hz, sample_rate=self.spec.sample_rate
            ),
            "f0_hz": f0_hz,
        }

    def get_signal(self, *, amplitude, harmonic_distribution, f0_hz):
        """Audio [batch, frames * hop] of physical controls; see dsp.harmonic_synthesis."""
        return dsp.harmonic_synthesis(f0_hz, amplitude, harmonic_distribution, **self._rates)

    def init_state(self, batch):
        """State before the first sample: the phase, [batch, 1], float64 cycles."""
        return tf.zeros([batch, 1], tf.float64)

    def step(self, state, controls):
        """Renders all frames of controls but the last, which is the first of the next piece.

        Args:
          state: from init_state or the step before.
          controls: amplitude, harmonic_distribution, f0_hz, each [batch, frames + 1, ...].

        Returns:
          The next state, and audio [batch, frames * hop].
        """
        now, after = self._split(controls)
        names = ("f0_hz", "amplitude", "harmonic_distribution")
        return self._play_on(dsp.harmonic_synthesis, names, state, now, after)
