"""Free sine waves."""

import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp.shapes import as_frames
from ddsp_helpers.synths.base import Synth
from ddsp_helpers.units import exp_sigmoid


class Sinusoidal(Synth):
    """Sum of free sine waves.

    >>> from ddsp_helpers import SynthSpec
    >>> synth = Sinusoidal(SynthSpec(frame_rate=250))
    >>> synth(tf.zeros([1, 4, 2]), tf.zeros([1, 4, 2])).shape.as_list()
    [1, 256]
    """

    def get_controls(self, amplitudes, frequencies):
        """Network outputs to physical controls.

        Args:
          amplitudes: any real numbers, [batch, frames, n_sines].
          frequencies: any real numbers, [batch, frames, n_sines]; equal steps are equal musical intervals.

        Returns:
          amplitudes in 0 ... 2 and frequencies_hz in 20 Hz ... Nyquist.
        """
        share = tf.sigmoid(as_frames(frequencies, name="frequencies"))
        octaves = tf.math.log(self.spec.sample_rate / 2 / 20.0)
        return {
            "amplitudes": exp_sigmoid(as_frames(amplitudes, name="amplitudes")),
            "frequencies_hz": 20.0 * tf.exp(share * octaves),
        }

    def get_signal(self, *, amplitudes, frequencies_hz):
        """Audio [batch, frames * hop] of physical controls; see dsp.sinusoidal_synthesis."""
        return dsp.sinusoidal_synthesis(amplitudes, frequencies_hz, **self._rates)

    def init_state(self, batch, *, n_sines):
        """State before the first sample: the phases, [batch, n_sines], float64 cycles."""
        return tf.zeros([batch, n_sines], tf.float64)

    def step(self, state, controls):
        """Renders all frames but the last, which is the first of the next piece, as Harmonic.step."""
        now, after = self._split(controls)
        return self._play_on(dsp.sinusoidal_synthesis, ("amplitudes", "frequencies_hz"), state, now, after)
