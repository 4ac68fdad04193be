"""What all synthesizers share."""


class Synth:
    """Rates, calling, and cutting controls into pieces.

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

    def _play_on(self, synthesis, names, state, now, after, **settings):
        """One step: the frames now, towards the frame after, from the phases of the state."""
        audio, state = synthesis(
            *(now[name] for name in names), next_frame=tuple(after[name] for name in names),
            initial_phase=state, return_phase=True, **self._rates, **settings,
        )
        return state, audio
