"""What a player is, in one small object that travels inside its file."""

import dataclasses

from ddsp_helpers.spec import Fields, SynthSpec


@dataclasses.dataclass(frozen=True)
class PlayerSpec(Fields):
    """Everything needed to build a models.Player before its weights are loaded.  Lesson 12 changes some fields.

    Args:
      synth: SynthSpec, rates and sizes of what it plays.
      width: channels of the network that plays level, colour and noise.
      pitch_width: channels and units of the network that plays the pitch.
      expression_width: units of the network that chooses how each note is played.
      mixture: components of the distribution over the pitch.
      adversarial: weight of a discriminator that hears the controls; 0 for none.
      name: what the instrument is called.

    Raises:
      ValueError: a size below 1, or a negative weight.
    """

    called, lesson = "player specification", "12"

    synth: SynthSpec = SynthSpec()
    width: int = 96
    pitch_width: int = 64
    expression_width: int = 32
    mixture: int = 4
    adversarial: float = 0.0
    name: str = ""

    reverb_samples = 0      # a player is heard dry; put it in a room with effects.Reverb

    def __post_init__(self):
        for field in ("width", "pitch_width", "expression_width", "mixture"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} came as {getattr(self, field)}; 1 or more was wanted (lesson 12).")
        if self.adversarial < 0:
            raise ValueError(f"adversarial came as {self.adversarial}; 0 or more was wanted (lesson 12).")

    @property
    def n_outputs(self):
        """Numbers for each frame: amplitude, harmonic distribution, noise magnitudes."""
        return 1 + self.synth.n_harmonics + self.synth.n_noise_bands
