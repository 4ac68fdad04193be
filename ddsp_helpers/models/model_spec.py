"""What a model is, in one small object that travels inside its file."""

import dataclasses

from ddsp_helpers.spec import Fields, SynthSpec

DECODER_WIDTHS = {"gru": 192, "mingru": 192, "cnn": 16}  # of each decoder where none is asked for


@dataclasses.dataclass(frozen=True)
class ModelSpec(Fields):
    """Everything needed to build a model before its weights are loaded.  Lesson 08 changes each field.

    Args:
      synth: SynthSpec, rates and sizes of what the model controls.
      decoder: "gru", "mingru" or "cnn".
      width: channels of the decoder; 0 takes the usual width of the decoder.
      z_dims: size of the latent timbre beside pitch and loudness; 0 for none.
      reverb_s: length of the learned room, s; 0 for none.
      name: what the instrument is called.

    Raises:
      ValueError: an unknown decoder, or a size below its least.

    >>> ModelSpec(decoder="cnn").width
    16
    """

    called = "model specification"

    synth: SynthSpec = SynthSpec()
    decoder: str = "gru"
    width: int = 0
    z_dims: int = 0
    reverb_s: float = 0.0
    name: str = ""

    def __post_init__(self):
        if self.decoder not in DECODER_WIDTHS:
            raise ValueError(
                f"decoder came as {self.decoder!r}; one of {sorted(DECODER_WIDTHS)} was wanted (lesson 08).")
        for field in ("width", "z_dims", "reverb_s"):
            if getattr(self, field) < 0:
                raise ValueError(f"{field} came as {getattr(self, field)}; 0 or more was wanted (lesson 08).")
        if not self.width:
            object.__setattr__(self, "width", DECODER_WIDTHS[self.decoder])

    @property
    def n_outputs(self):
        """Numbers that the decoder makes for each frame: amplitude, harmonic distribution, noise magnitudes."""
        return 1 + self.synth.n_harmonics + self.synth.n_noise_bands

    @property
    def reverb_samples(self):
        """Length of the learned impulse response, samples."""
        return round(self.reverb_s * self.synth.sample_rate)
