"""One period of any waveform."""

import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp.shapes import as_frames
from ddsp_helpers.synths.base import Synth
from ddsp_helpers.units import exp_sigmoid


class Wavetable(Synth):
    """One period of any waveform, played at a changing pitch; signed and band-limited.

    >>> from ddsp_helpers import SynthSpec
    >>> synth = Wavetable(SynthSpec(frame_rate=250))
    >>> synth(tf.zeros([1, 4, 1]), tf.zeros([1, 1, 16]), tf.fill([1, 4, 1], 440.0)).shape.as_list()
    [1, 256]
    """

    def get_controls(self, amplitude, wavetables, f0_hz):
        """Network outputs to physical controls.

        Args:
          amplitude: any real numbers, [batch, frames, 1].
          wavetables: any real numbers, [batch, frames or 1, size].
          f0_hz: fundamental frequency, [batch, frames, 1], Hz; passed through.

        Returns:
          amplitude in 0 ... 2, wavetables in -1 ... 1 (tanh, so both signs stay), f0_hz.
        """
        return {
            "amplitude": exp_sigmoid(as_frames(amplitude, channels=1, name="amplitude")),
            "wavetables": tf.tanh(as_frames(wavetables, name="wavetables")),
            "f0_hz": as_frames(f0_hz, channels=1, name="f0_hz"),
        }

    def get_signal(self, *, amplitude, wavetables, f0_hz):
        """Audio [batch, frames * hop] of physical controls; see dsp.wavetable_synthesis."""
        return dsp.wavetable_synthesis(f0_hz, amplitude, wavetables, **self._rates)

    def init_state(self, batch):
        """State before the first sample: the phase, [batch, 1], float64 cycles."""
        return tf.zeros([batch, 1], tf.float64)

    def step(self, state, controls):
        """Renders all frames but the last, which is the first of the next piece, as Harmonic.step.

        Wavetables may keep one frame for all.
        """
        wavetables = as_frames(controls["wavetables"], name="wavetables")
        fixed = wavetables.shape[1] == 1
        moving = {"f0_hz": controls["f0_hz"], "amplitude": controls["amplitude"]}
        now, after = self._split(moving if fixed else {**moving, "wavetables": wavetables})
        now, after = ({"wavetables": wavetables, **part} for part in (now, after))
        return self._play_on(dsp.wavetable_synthesis, ("f0_hz", "amplitude", "wavetables"), state, now, after)
