"""Controls that know their range: slider, check, plot axis and docstring read the same declaration."""

import dataclasses
import math

import numpy as np

CURVES = ("linear", "log", "square")


@dataclasses.dataclass(frozen=True)
class Control:
    """One thing a player can turn, and its declared range.

    Position u in [0, 1] maps to a value by the curve:
    linear  minimum + u (maximum - minimum);
    log     minimum (maximum / minimum) ** u, for frequencies and times;
    square  minimum + u ** 2 (maximum - minimum), for amplitudes that reach 0.

    Args:
      name: the name in code, such as "f0_hz".
      minimum: smallest value, in unit.
      maximum: largest value, in unit.
      unit: such as "Hz", "dB" or "" for a plain number.
      curve: "linear", "log" or "square".
      default: value at rest, within the range.
      description: one line for a learner.

    Raises:
      ValueError: an empty range, an unknown curve, a default outside, or a log curve that touches 0.

    >>> F0.to_unit(F0.from_unit(0.25)).round(6)
    np.float64(0.25)
    """

    name: str
    minimum: float
    maximum: float
    unit: str
    curve: str
    default: float
    description: str

    def __post_init__(self):
        if not self.minimum < self.maximum:
            raise ValueError(
                f"{self.name}: the range {self.minimum} ... {self.maximum} is empty; "
                "a minimum below the maximum was wanted."
            )
        if self.curve not in CURVES:
            raise ValueError(f"{self.name}: curve {self.curve!r} came; one of {CURVES} was wanted.")
        if self.curve == "log" and self.minimum <= 0:
            raise ValueError(
                f"{self.name}: a log curve cannot start at {self.minimum}; minimum > 0 was wanted."
            )
        if not self.minimum <= self.default <= self.maximum:
            raise ValueError(
                f"{self.name}: default {self.default} is outside "
                f"{self.minimum} ... {self.maximum} {self.unit}."
            )

    def from_unit(self, u):
        """Value at slider position u in [0, 1]; numbers or arrays."""
        u = np.asarray(u, dtype=np.float64)[()]
        if self.curve == "log":
            return self.minimum * np.exp(u * math.log(self.maximum / self.minimum))
        return self.minimum + (u if self.curve == "linear" else u * u) * (self.maximum - self.minimum)

    def to_unit(self, x):
        """Slider position of the value x, the inverse of from_unit; numbers or arrays.

        Raises:
          ValueError: x is outside the declared range.
        """
        x = np.asarray(self.check(x), dtype=np.float64)[()]
        if self.curve == "log":
            return np.log(x / self.minimum) / math.log(self.maximum / self.minimum)
        u = (x - self.minimum) / (self.maximum - self.minimum)
        return u if self.curve == "linear" else np.sqrt(u)

    def check(self, x):
        """Gives x back if all of it lies in the declared range.

        Raises:
          ValueError: a value is outside or not a number.
        """
        values = np.asarray(x, dtype=np.float64)
        inside = (values >= self.minimum) & (values <= self.maximum)
        if not np.all(inside):
            worst = values[~inside].flat[0]
            raise ValueError(
                f"{self.name} came as {worst:g} {self.unit}; {self.minimum:g} to {self.maximum:g} "
                f"{self.unit} was wanted ({self.description})."
            )
        return x

    @property
    def label(self):
        """Text for an axis or a slider, such as "f0 (Hz)"."""
        has_unit = self.name.endswith(("_hz", "_db", "_s", "_m", "_cents", "_semitones"))
        words = (self.name.rsplit("_", 1)[0] if has_unit else self.name).replace("_", " ")
        return f"{words} ({self.unit})" if self.unit else words


F0 = Control("f0_hz", 20.0, 4200.0, "Hz", "log", 220.0, "fundamental frequency: the pitch")
LOUDNESS = Control("loudness_db", -80.0, 20.0, "dB", "linear", -20.0, "A-weighted loudness")
POWER = Control("power_db", -80.0, 0.0, "dB", "linear", -20.0, "RMS level")
CONFIDENCE = Control("f0_confidence", 0.0, 1.0, "", "linear", 1.0, "how sure the pitch tracker is")
AMPLITUDE = Control("amplitude", 0.0, 2.0, "", "square", 0.5, "sum of the amplitudes of all harmonics")
HARMONIC_SHARE = Control("harmonic_distribution", 0.0, 1.0, "", "square", 0.1, "share of one harmonic")
N_HARMONICS = Control("n_harmonics", 1.0, 200.0, "", "log", 60.0, "how many harmonics are synthesised")
NOISE_MAGNITUDE = Control("noise_magnitude", 0.0, 2.0, "", "square", 0.02, "magnitude of one noise band")
GAIN = Control("gain_db", -60.0, 24.0, "dB", "linear", 0.0, "level change of a sound")
PITCH_SHIFT = Control("pitch_shift_semitones", -36.0, 36.0, "semitones", "linear", 0.0, "transposition")
LOUDNESS_SHIFT = Control("loudness_shift_db", -40.0, 40.0, "dB", "linear", 0.0, "added to the loudness")
THRESHOLD = Control("threshold", 0.0, 2.0, "", "linear", 1.0, "how sure a frame must be a note")
QUIET = Control("quiet_db", 0.0, 60.0, "dB", "linear", 10.0, "how much frames outside notes are turned down")
AUTOTUNE = Control("autotune", 0.0, 1.0, "", "linear", 0.0, "how far pitch is pulled to the nearest semitone")
REVERB_MIX = Control("reverb_mix", 0.0, 1.0, "", "linear", 0.3, "level of the reverberated sound")
REVERB_TIME = Control("reverb_time_s", 0.05, 10.0, "s", "log", 1.0, "time in which the reverb falls by 60 dB")
CUTOFF = Control("cutoff_hz", 20.0, 20000.0, "Hz", "log", 1000.0, "where a filter begins to act")
VIBRATO_RATE = Control("vibrato_rate_hz", 0.1, 12.0, "Hz", "log", 5.5, "vibrato cycles per second")
VIBRATO_DEPTH = Control("vibrato_depth_cents", 0.0, 200.0, "cents", "linear", 30.0, "how far vibrato bends")

CONTROLS = {control.name: control for control in list(globals().values()) if isinstance(control, Control)}
