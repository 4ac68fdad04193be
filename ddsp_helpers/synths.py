"""Synthesizers: network outputs to valid controls, valid controls to sound, at once or in pieces.

Every synthesizer has get_controls(outputs) -> dict, get_signal(**controls) -> audio and __call__(outputs),
which does both; init_state(batch) and step(state, controls) render the same samples piece by piece.  Lesson
08 uses each.
"""

import tensorflow as tf

from ddsp_helpers import dsp
from ddsp_helpers.dsp.shapes import as_frames
from ddsp_helpers.units import exp_sigmoid


class Synth:
    """What all synthesizers share.

    Args:
      spec: SynthSpec with the rates and sizes.
    """

    def __init__(self, spec):
        self.spec = spec

    def __call__(self, *outputs, **named):
        """Network outputs to audio [batch, frames * hop]: get_controls, then get_signal."""
        return self.get_signal(**self.get_controls(*outputs, **named))

    @property
    def _rates(self):
        return {"sample_rate": self.spec.sample_rate, "hop": self.spec.hop}

    @staticmethod
    def _split(controls):
        """Controls with one frame too many: the frames to render, and the frame after them."""
        for name, control in controls.items():
            if control.shape[1] is not None and control.shape[1] < 2:
                raise ValueError(
                    f"{name} came with {control.shape[1]} frame; step wants the frames to render and one "
                    "more, the first of the next piece (lesson 13)."
                )
        now = {name: control[:, :-1] for name, control in controls.items()}
        after = {name: control[:, -1:] for name, control in controls.items()}
        return now, after


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
        audio, state = dsp.harmonic_synthesis(
            *(now[name] for name in names), next_frame=tuple(after[name] for name in names),
            initial_phase=state, return_phase=True, **self._rates,
        )
        return state, audio


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
        names = ("amplitudes", "frequencies_hz")
        audio, state = dsp.sinusoidal_synthesis(
            *(now[name] for name in names), next_frame=tuple(after[name] for name in names),
            initial_phase=state, return_phase=True, **self._rates,
        )
        return state, audio


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
        names = ("f0_hz", "amplitude", "wavetables")
        audio, state = dsp.wavetable_synthesis(
            *(now[name] for name in names), next_frame=tuple(after[name] for name in names),
            initial_phase=state, return_phase=True, **self._rates,
        )
        return state, audio


# ---- Noise (FilteredNoise) stands below ----


class FilteredNoise(Synth):
    """White noise through a filter that changes with every control frame.

    Args:
      spec: SynthSpec with the rates and sizes.
      bias: added to network outputs, so that an untrained network is nearly silent.
      seed: which noise; a whole number.

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
