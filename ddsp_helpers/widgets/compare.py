"""Two or more sounds in step and at one level, with instant switching; and a blind ABX test."""

import math
import random

import numpy as np
import traitlets

from ddsp_helpers import audio, levels
from ddsp_helpers.classroom import listen, plots
from ddsp_helpers.classroom.html import Shown
from ddsp_helpers.classroom.sounds import level_matched, one_sound
from ddsp_helpers.widgets.base import Snapshot, Widget, pcm


class Compare(Widget):
    """Sounds that run in step at one level: switch while they play.  With abx=True a blind test: is X A, or is it B?

    Without a kernel the same sounds are in `listen.in_step`.  Lessons 00 and 10.

    Args:
      sounds: {label: sound}, two or more; sounds as in `listen.play`.
      sample_rate: Hz, for bare samples.
      abx: True for the blind test; of exactly two sounds.
      trials: how many times X is drawn.
      seed: of the draws; None draws others each time.
      title: one line.

    Attributes:
      level_db: of every sound after matching, dB RMS.
      value: heard, the index of the sound (in a test 0 is A, 1 is B, 2 is X); loop; answers, 0 or 1 for each trial.
      result: of the test so far, a dict that JSON can carry.

    Raises:
      ValueError: fewer than two sounds, or a test of more than two.

    >>> tone = np.sin(np.arange(8000) / 5)
    >>> test = Compare({"soft": tone / 4, "loud": tone / 2}, sample_rate=16000, abx=True, trials=8, seed=1)
    >>> test.value = {"answers": [0, 1]}
    >>> test.result["answered"], test.result["trials"]
    (2, 8)
    """

    script = "compare"
    uses_tensorflow = False
    sounds = traitlets.List().tag(sync=True)            # bytes of float32, one for each sound, at one level
    rates = traitlets.List().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    drawn = traitlets.List().tag(sync=True)             # what X is in each trial; empty: no test
    level_db = traitlets.Float().tag(sync=True)         # RMS level of every sound, dB
    heading = traitlets.Unicode().tag(sync=True)

    def __init__(self, sounds, *, sample_rate=None, abx=False, trials=10, seed=None, title=None, **settings):
        if len(sounds) < 2 or (abx and len(sounds) != 2):
            raise ValueError(f"{len(sounds)} sounds came; {'exactly two' if abx else 'two or more'} were wanted (lesson 00).")
        if abx and trials < 1:
            raise ValueError(f"trials is {trials}; at least 1 was wanted (lesson 00).")
        self.title = title or ("Which one is X?" if abx else "Compare")
        self.matched = level_matched([one_sound(sound, sample_rate=sample_rate) for sound in sounds.values()])
        self.seed = random.SystemRandom().getrandbits(32) if seed is None else seed
        draw = random.Random(self.seed)
        super().__init__(
            sounds=[pcm(sound.samples) for sound in self.matched], rates=[sound.sample_rate for sound in self.matched],
            labels=[str(label) for label in sounds], drawn=[draw.randrange(2) for _ in range(trials)] if abx else [],
            heading=self.title, level_db=levels.rms_db(self.matched[0].samples), **settings)

    def defaults(self):
        return {"heard": 0, "loop": True, "answers": []}

    def check(self, value):
        places = 3 if self.drawn else len(self.matched)
        if value["heard"] not in range(places):
            raise ValueError(f"heard came as {value['heard']!r}; a whole number from 0 to {places - 1} was wanted (lesson 00).")
        answers = value["answers"]
        if len(answers) > len(self.drawn) or any(answer not in (0, 1) for answer in answers):
            raise ValueError(f"answers came as {answers!r}; at most {len(self.drawn)} of 0 (X is A) and 1 (X is B) were wanted "
                             "(lesson 00).")
        return {**value, "loop": bool(value["loop"]), "answers": [int(answer) for answer in answers]}

    @property
    def result(self):
        """The test as a dict: who was compared, every answer, how many were right and how likely that is by guessing."""
        if not self.drawn:
            raise ValueError("This compares without a test; Compare(..., abx=True) was wanted for a result (lesson 10).")
        answers, drawn = self.value["answers"], self.drawn[:len(self.value["answers"])]
        correct = sum(answer == x for answer, x in zip(answers, drawn))
        return {
            "test": "ABX", "a": self.labels[0], "b": self.labels[1], "level_db": round(self.level_db, 2), "seed": self.seed,
            "trials": len(self.drawn), "answered": len(answers), "correct": correct, "p_value": p_value(correct, len(answers)),
            "answers": ["AB"[answer] for answer in answers], "x_was": ["AB"[x] for x in drawn],
        }

    def picture(self):
        sounds = dict(zip(self.labels, self.matched))
        figure, axes = plots.new(len(sounds), height=0.9, title=self.title)
        for ax, (label, sound), colour in zip(axes, sounds.items(), plots.COLOURS):
            low, high = _envelope(sound.samples, 800)
            ax.fill_between(np.linspace(0, len(sound.samples) / sound.sample_rate, len(low)), low, high, color=colour, lw=0.5)
            ax.set_ylabel(label, rotation=0, ha="right", va="center")
            ax.set_yticks([])
        axes[-1].set_xlabel("time (s)")
        told = ", ".join(f"{label} ({len(sound.samples) / sound.sample_rate:.1f} s)" for label, sound in sounds.items())
        return plots.Picture(figure, f"{self.title}: the waveforms of {told}, all at {self.level_db:.1f} dB.")

    def sound(self):
        """The sound that `heard` names, at its matched level; X is what it is in the trial that is due, audio.Audio."""
        heard, trial = self.value["heard"], min(len(self.value["answers"]), len(self.drawn) - 1)
        return self.matched[self.drawn[trial] if heard == 2 and self.drawn else heard]

    def snapshot(self, *, with_sound=True):
        """The static player of `listen.in_step`: it needs no kernel."""
        player = listen.in_step(list(zip(self.labels, self.matched))) if with_sound else Shown("", "")
        return Snapshot(self.picture(), self.sound() if with_sound else None, title=self.title, player=player)


def p_value(correct, answered):
    """Chance to be right at least so often by guessing: sum over k >= correct of C(n, k) / 2^n.

    >>> round(p_value(9, 10), 4), p_value(0, 0)
    (0.0107, 1.0)
    """
    return sum(math.comb(answered, k) for k in range(correct, answered + 1)) / 2**answered


def _envelope(samples, columns):
    """Lowest and highest sample of each column of a picture, [columns] each."""
    size = max(1, len(samples) // columns)
    cut = np.asarray(samples)[:len(samples) // size * size].reshape(-1, size)
    return cut.min(axis=1), cut.max(axis=1)
