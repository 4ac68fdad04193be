"""Trained instruments to sing into and to play on keys: the page of `export.web`, in a notebook.  Lesson 13."""

import numpy as np
import traitlets

from ddsp_helpers import javascript, transfer, units
from ddsp_helpers.classroom import plots
from ddsp_helpers.export import quantise, web
from ddsp_helpers.widgets.base import Widget

LEVELS = quantise.LEVELS[0]
SECONDS = 3.0


class Instrument(Widget):
    """One to four instruments in the browser, as on an exported page: microphone, file, keys, MIDI.

    The network runs in the browser; the kernel is not asked while one plays.

    Args:
      models: models.Autoencoder, or a list of up to four, as `export.web` takes them.
      title: one line.

    Attributes:
      value: chosen, which instrument plays, from 0.

    Raises:
      ValueError: a model that a page cannot play.

    >>> from ddsp_helpers import models
    >>> Instrument([models.load_instrument("violin"), models.load_instrument("flute")])
    an instrument to play: violin, flute; violin plays
    """

    title = "Play it"
    script = "instrument"

    settings = traitlets.Dict().tag(sync=True)
    weights = traitlets.List(traitlets.Bytes()).tag(sync=True)
    rooms = traitlets.List(traitlets.Bytes()).tag(sync=True)

    def __init__(self, models, *, title="Play it", **settings):
        self.models = web.checked(models)
        packed = [quantise.quantised(model, LEVELS) for model in self.models]
        self.carried = [model for *_, model in packed]                      # with the weights that the browser has
        self.sample_rate = self.models[0].model_spec.synth.sample_rate
        super().__init__(settings=web.settings(self.models, [layout for _, layout, _ in packed]),
                         weights=[weights for weights, *_ in packed], rooms=[web.room(model) for model in self.models],
                         heading=title, **settings)

    @property
    def names(self):
        """What the instruments are called."""
        return [one["name"] for one in self.settings["instruments"]]

    def defaults(self):
        return {"chosen": 0}

    def check(self, value):
        if value["chosen"] not in range(len(self.models)):
            raise ValueError(f"chosen came as {value['chosen']!r}; a whole number from 0 to {len(self.models) - 1} was "
                             "wanted, one for each instrument (lesson 13).")
        return value

    def rate_of(self, value):
        return self.models[value["chosen"]].model_spec.synth.sample_rate

    def render(self, value):
        """The chosen instrument playing a rising scale of its own range, [samples]."""
        model = self.carried[value["chosen"]]
        return np.asarray(model(_scale(model))["audio"][0])

    def picture(self):
        """Levels of the chosen instrument's harmonics while it plays the scale."""
        name, model = self.names[self.value["chosen"]], self.carried[self.value["chosen"]]
        shares = np.asarray(model.controls(_scale(model))["harmonic_distribution"])[..., :30]
        return plots.heatmap(shares, frame_rate=model.model_spec.synth.frame_rate, y_label="harmonic",
                             title=f"{name}: a rising scale")

    def __repr__(self):
        return f"an instrument to play: {', '.join(self.names)}; {self.names[self.value['chosen']]} plays"


def _scale(model):
    """A major scale from the lower middle of an instrument's range at its usual loudness, as a model takes it."""
    low, high = transfer.usual_range(model.statistics)
    frames = round(SECONDS * model.model_spec.synth.frame_rate)
    steps = np.array([0, 2, 4, 5, 7, 9, 11, 12])
    midi = np.round(0.65 * low + 0.35 * high) + steps[np.arange(frames) * len(steps) // frames]
    loudness_db = np.full(frames, model.statistics.loudness_db_notes.mean)
    tracks = {"f0_hz": units.midi_to_hz(midi), "loudness_db": loudness_db}
    return {name: np.asarray(track, np.float32)[None, :, None] for name, track in tracks.items()}


Instrument._css += "\n" + (javascript.PAGE / "page.css").read_text(encoding="utf-8")
