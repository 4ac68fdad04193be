"""The one small object that says how a sound is described: rates and sizes, restated nowhere else."""

import dataclasses

_WORDS = {
    "sample_rate": "sample rate (samples per second)",
    "frame_rate": "frame rate (control frames per second)",
    "n_harmonics": "number of harmonics",
    "n_noise_bands": "number of noise bands",
}


class Fields:
    """What travels as a dictionary of its fields, in JSON: the base of every specification (a dataclass)."""

    called, lesson = "specification", "08"

    def to_dict(self):
        """The fields as plain dictionaries, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, fields):
        """The inverse of to_dict; a field synth is a SynthSpec.

        Raises:
          ValueError: a field is missing or unknown.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        if sorted(fields) != sorted(known):
            raise ValueError(f"A {cls.called} came with the fields {sorted(fields)}; {sorted(known)} were wanted (lesson "
                             f"{cls.lesson}).")
        return cls(**{**fields, **({"synth": SynthSpec.from_dict(fields["synth"])} if "synth" in fields else {})})


@dataclasses.dataclass(frozen=True)
class SynthSpec(Fields):
    """Rates and sizes shared by a dataset, a model, its synthesizers and its checkpoint.

    Control frame n describes the sound at sample n * hop; hop = sample_rate / frame_rate.  Lesson 08 uses
    every field.

    Args:
      sample_rate: audio samples per second, Hz.
      frame_rate: control frames per second, Hz; it must divide sample_rate.
      n_harmonics: partials of the harmonic synthesizer, at least 1.
      n_noise_bands: bands of the noise filter, at least 2.

    Raises:
      ValueError: a field is not a whole number, is too small, or frame_rate does not divide sample_rate.

    >>> spec = SynthSpec(sample_rate=48000, frame_rate=50)
    >>> spec.hop, spec.n_frames(48001), spec.n_samples(50)
    (960, 51, 48000)
    """

    called = "synthesis specification"

    sample_rate: int = 16000
    frame_rate: int = 50
    n_harmonics: int = 100
    n_noise_bands: int = 65

    def __post_init__(self):
        smallest = {"sample_rate": 1, "frame_rate": 1, "n_harmonics": 1, "n_noise_bands": 2}
        for name, least in smallest.items():
            value = getattr(self, name)
            if isinstance(value, bool) or value != int(value) or value < least:
                raise ValueError(
                    f"{name} came as {value!r}; a whole number of at least {least} was wanted (lesson 08)."
                )
            object.__setattr__(self, name, int(value))
        if self.sample_rate % self.frame_rate:
            raise ValueError(
                f"frame_rate={self.frame_rate} does not divide sample_rate={self.sample_rate}: a control "
                f"frame would last {self.sample_rate / self.frame_rate:.3f} samples; a whole number was "
                "wanted (lesson 08)."
            )

    @property
    def hop(self):
        """Samples from one control frame to the next."""
        return self.sample_rate // self.frame_rate

    def n_frames(self, n_samples):
        """How many control frames cover n_samples (rounded up)."""
        return -(-int(n_samples) // self.hop)

    def n_samples(self, n_frames):
        """How many samples n_frames control frames describe."""
        return int(n_frames) * self.hop

    def require_same(self, other, *, mine="dataset", theirs="checkpoint"):
        """Refuses, in words, to mix things that were made with different specifications.

        Args:
          other: another SynthSpec.
          mine: what carries this specification, a word for the message.
          theirs: what carries the other one.

        Raises:
          ValueError: at least one field differs; the message lists each.

        >>> SPEC_16K.require_same(SPEC_48K)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: The dataset and the checkpoint do not fit together: sample rate ...
        """
        different = [
            f"{words} is {getattr(self, name)} in the {mine} but {getattr(other, name)} in the {theirs}"
            for name, words in _WORDS.items()
            if getattr(self, name) != getattr(other, name)
        ]
        if different:
            raise ValueError(
                f"The {mine} and the {theirs} do not fit together: {'; '.join(different)}. Prepare the "
                f"{mine} again with the specification of the {theirs}, or choose another {theirs} "
                "(lessons 07 and 08)."
            )


SPEC_16K = SynthSpec()
SPEC_48K = SynthSpec(sample_rate=48000, frame_rate=50, n_harmonics=160, n_noise_bands=97)
