"""Match a sound by hand, then let gradient descent try: `YouAgainstAdam`."""

import numpy as np
import traitlets

from ddsp_helpers import audio
from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.describe import number
from ddsp_helpers.classroom.sounds import one_sound
from ddsp_helpers.widgets.base import Widget, pcm

STEPS, RATE = 120, 0.03
LANDSCAPE = 241                 # points over two octaves: one every 10 cents
_CHUNK_STEPS = 3                # steps of Adam in one answer to the front end


class YouAgainstAdam(Widget):
    """Five knobs against a target, turned by hand and by Adam; and the landscape of the loss over f0.

    Pitch contour and envelope are taken from the target; pitch, level, brightness, even harmonics and noise are yours.
    The loss is the multi-scale spectral loss, the gradient TensorFlow's.  Lesson 05 plays it.

    Args:
      target: one note: audio.Audio, a path, or samples with sample_rate=.
      sample_rate: Hz, for bare samples.
      turns: names of the knobs that Adam may turn; by default all but f0_hz.
      seconds: how much of the target is matched, s.
      **settings: where your knobs begin, such as f0_hz=440.0; a knob that is missing stands a little wrong.

    Attributes:
      value: {"f0_hz", "amplitude_db", "slope_db", "even_db", "noise_db"}, your knobs.
      loss: the loss there.
      history: rows of Adam's last descent: {"step", "loss", and each knob}.
      tries: rows of what you tried: {"loss", and each knob}.

    Raises:
      ValueError: a target without pitch, an unknown knob, or a value outside the range of its knob.
    """

    title = "You against Adam"
    script = "you_against_adam"

    turns = traitlets.List(traitlets.Unicode()).tag(sync=True)
    history = traitlets.List().tag(sync=True)
    tries = traitlets.List().tag(sync=True)
    hills = traitlets.Dict().tag(sync=True)                # the landscape: {"f0_hz": [...], "loss": [...]}
    facts = traitlets.Dict().tag(sync=True)
    target_pcm = traitlets.Bytes().tag(sync=True)

    def __init__(self, target, *, sample_rate=None, turns=None, seconds=1.2, **settings):
        from ddsp_helpers.widgets import tone

        samples, envelope, contour, f0_hz = _heard(one_sound(target, sample_rate=sample_rate), seconds)
        first = f0_hz * 2 ** (-4 / 12)
        self.tone = tone.Tone(envelope, contour, f0_hz=(f0_hz / 2, first, f0_hz * 2))
        self.match = tone.Match(self.tone, samples)
        self.controls, self.target = self.tone.knobs, audio.Audio(samples, tone.SPEC.sample_rate)
        self._roll, self._descent = tone.roll, None
        super().__init__(**settings)
        self._known(turns or ())
        self.turns = list(self.tone.names[1:] if turns is None else turns)
        self.facts = {**tone.SPEC.to_dict(), "hop": tone.SPEC.hop, "f0_hz": f0_hz, "envelope": envelope.tolist(),
                      "contour": contour.tolist(), "steps": STEPS}
        self.target_pcm = pcm(samples)

    def _known(self, names):
        unknown = sorted(set(names) - set(self.tone.names))
        if unknown:
            raise ValueError(f"{', '.join(unknown)} came; knobs are {', '.join(self.tone.names)} (lesson 05).")

    def render(self, value):
        """The sound of the knobs, [samples] at 16 kHz."""
        return self.tone.audio(self.tone.positions(value)[None])[0].numpy()

    @property
    def loss(self):
        """The multi-scale spectral loss between the target and your knobs."""
        return self.match.distance(self.tone.positions(self.value))

    def descend(self, steps=STEPS, *, turns=None, rate=RATE):
        """Lets Adam go down from your knobs; the front end shows every step.

        Args:
          steps: gradient steps.
          turns: names of the knobs that it may turn; by default `turns`.
          rate: its first step, a share of a knob's range (f0: a twentieth of that).

        Returns:
          history: {"step", "loss", and each knob} before every step and after the last.

        Raises:
          ValueError: an unknown knob.
        """
        self._begin(steps, turns=turns, rate=rate)
        while not self._done:
            self.send({"kind": "adam", **self._advance()})
        return self.history

    def _begin(self, steps, *, turns=None, rate=RATE):
        from ddsp_helpers.widgets import tone

        self._known(turns or ())
        turns = list(self.turns if turns is None else turns)
        self._descent = tone.Descent(self.match, self.tone.positions(self.value), turns=turns, steps=steps, rate=rate)
        self._rows = []

    @property
    def _done(self):
        return len(self._rows) > self._descent.steps

    def _advance(self):
        """Some steps more: the rows they add, and whether they were the last."""
        new = [self._descent.go() for _ in range(min(_CHUNK_STEPS, self._descent.steps + 1 - len(self._rows)))]
        self._rows += new
        if self._done:
            self.history = list(self._rows)
        return {"rows": new, "done": self._done}

    def landscape(self, n=LANDSCAPE, *, around_hz=None, cents=1200.0):
        """The true loss while only f0 moves and your other knobs stay.

        Args:
          n: how many points.
          around_hz: the middle, Hz; by default the pitch of the target.
          cents: how far to each side; within the two octaves of the knob.

        Returns:
          f0_hz [n] and loss [n].
        """
        middle, pitch = float(around_hz or self.facts["f0_hz"]), self.controls[0]
        f0_hz = np.clip(middle * 2 ** (np.linspace(-cents, cents, n) / 1200), pitch.minimum, pitch.maximum)
        loss = self.match.along(self.tone.positions(self.value), "f0_hz", pitch.to_unit(f0_hz))
        return f0_hz, loss

    def roll(self, f0_hz):
        """Lets a ball go on the landscape: gradient descent along f0 alone.  Draws the landscape if there is none.

        Args:
          f0_hz: where it starts, Hz.

        Returns:
          Rows of its way: {"f0_hz", "loss"}.
        """
        if not self.hills:
            self.hills = _listed(*self.landscape())
        cents, loss = 1200 * np.log2(np.array(self.hills["f0_hz"]) / self.facts["f0_hz"]), np.array(self.hills["loss"])
        path = self._roll(cents, loss, 1200 * np.log2(f0_hz / self.facts["f0_hz"]))
        way = [{"f0_hz": float(self.facts["f0_hz"] * 2 ** (x / 1200)), "loss": float(np.interp(x, cents, loss))}
               for x in path]
        self.send({"kind": "ball", "way": way})
        return way

    def on_judge(self, content, _):
        """The true loss of a value that was let go."""
        value = self.check({**self.value, **content["value"]})
        loss = self.match.distance(self.tone.positions(value))
        self.tries = [*self.tries, {"loss": loss, **value}]
        return {"loss": loss}, []

    def on_adam(self, content, _):
        """Begins a descent from a value, goes some steps on, or ends it."""
        if content.get("stop"):
            self.history = list(self._rows)
            return {"rows": [], "done": True}, []
        if content.get("begin"):
            self.value, self.turns = content["value"], list(content["turns"])
            self._begin(STEPS)
        return self._advance(), []

    def on_hills(self, content, _):
        """A part of the landscape, so that it grows before the learner's eyes."""
        f0_hz, start, stop = self._grid(), content["start"], content["stop"]
        if start == 0:
            self.value, self._growing = content["value"], []
        pitch = self.controls[0]
        u = pitch.to_unit(np.clip(f0_hz[start:stop], pitch.minimum, pitch.maximum))
        loss = self.match.along(self.tone.positions(self.value), "f0_hz", u)
        self._growing = [*self._growing, *loss.tolist()]
        if len(self._growing) == LANDSCAPE:
            self.hills = _listed(f0_hz, self._growing)
        return {"f0_hz": f0_hz[start:stop].tolist(), "loss": loss.tolist(), "total": LANDSCAPE}, []

    def _grid(self):
        return self.facts["f0_hz"] * 2 ** (np.linspace(-1200, 1200, LANDSCAPE) / 1200)

    def picture(self):
        """Target and knobs as spectra, in words and lines."""
        mine = np.asarray(self.render(self.value))
        hz = np.fft.rfftfreq(2048, 1 / 16000)
        curves = {name: _spectrum_db(x) for name, x in {"target": self.target.samples, "yours": mine}.items()}
        return plots.lines(hz[:768], {name: y[:768] for name, y in curves.items()}, x_label="frequency (Hz)",
                           y_label="level (dB)", title=f"{self.title}: loss {number(self.loss)}")


def _listed(f0_hz, loss):
    return {"f0_hz": np.asarray(f0_hz, float).tolist(), "loss": np.asarray(loss, float).tolist()}


def _spectrum_db(samples):
    """Mean amplitude spectrum in windows of 2048, [1025], dB; a sine of amplitude 1 is at 0 dB."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, (0, 2048)), 2048)[:: 512]
    window = np.hanning(2048)
    power = np.mean(np.abs(np.fft.rfft(frames * window, axis=1)) ** 2, axis=0)
    return 10 * np.log10(np.maximum(power, 1e-14)) - 20 * np.log10(window.sum() / 2)


def _heard(sound, seconds):
    """Samples at 16 kHz of the loud part of a note, its envelope, its pitch contour and its pitch."""
    from ddsp_helpers import features
    from ddsp_helpers.widgets import tone

    rate, hop = tone.SPEC.sample_rate, tone.SPEC.hop
    samples = audio.resample(sound.samples, from_hz=sound.sample_rate, to_hz=rate)
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    if not len(loud):
        raise ValueError("The target is silent; a note was wanted (lesson 05).")
    samples = samples[max(0, loud[0] - hop):][: int(seconds * rate)]
    frames = len(samples) // hop
    samples = np.ascontiguousarray(samples[: frames * hop])
    track = features.f0(samples, sample_rate=rate, frame_rate=tone.SPEC.frame_rate)
    level = np.sqrt(np.mean(samples.reshape(frames, hop) ** 2, axis=1))
    sure = (track.confidence > 0.5) & (level > 0.05 * level.max())
    if sure.sum() < 5:
        raise ValueError("The target has no pitch that could be tracked; one clear note was wanted (lesson 06).")
    f0_hz = float(np.exp(np.mean(np.log(track.f0_hz[sure]))))
    at = np.arange(frames)
    contour = np.interp(at, at[sure], track.f0_hz[sure]) / f0_hz
    return samples, level / level.max(), np.clip(contour, 2 ** (-1 / 6), 2 ** (1 / 6)), f0_hz
