"""The learner's own sound: from the microphone, or a file; a bundled sound until then."""

import numpy as np
import traitlets

from ddsp_helpers import audio
from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.sounds import one_sound
from ddsp_helpers.widgets.base import Widget, pcm

LONGEST_S = 15.0
SILENT_DB = -70.0
CHOICES = ("bundled", "mine")


class Recorder(Widget):
    """A microphone with a level meter, a button for a file, and a bundled sound until one of them was used.

    The browser records (or decodes a file of any kind that it knows) and sends float32 samples at its own rate; run the
    next cell when it says so.  `listen.own_sound` is how lessons call it.

    Args:
      default: audio.Audio or path that is used until then.
      longest_s: a recording ends, and a file is cut, after so many seconds.
      title: one line.

    Attributes:
      audio: the sound that is chosen, audio.Audio.
      name: what it is, in words.
      value: chosen "bundled" or "mine"; take, how many sounds were taken so far.

    >>> mine = Recorder(audio.Audio(0.1 * np.ones(8000, np.float32), 16000))
    >>> mine.take(0.2 * np.ones(4000), 8000, "a hum")
    >>> mine
    your own sound: a hum, 0.5 s at 8 kHz
    """

    script = "recorder"
    uses_tensorflow = False
    bundled = traitlets.Bytes().tag(sync=True)
    bundled_rate = traitlets.Int().tag(sync=True)
    longest_s = traitlets.Float(LONGEST_S).tag(sync=True)
    heading = traitlets.Unicode().tag(sync=True)

    def __init__(self, default, *, longest_s=LONGEST_S, title="Your own sound", **settings):
        self.default, self.title, self._mine, self._name = one_sound(default), title, None, ""
        super().__init__(bundled=pcm(self.default.samples), bundled_rate=int(self.default.sample_rate),
                         longest_s=float(longest_s), heading=title, **settings)

    def defaults(self):
        return {"chosen": "bundled", "take": 0}

    def check(self, value):
        if value["chosen"] not in CHOICES or (value["chosen"] == "mine" and self._mine is None):
            raise ValueError(f"chosen came as {value['chosen']!r}; one of {', '.join(CHOICES)} was wanted, and \"mine\" only once "
                             "something was recorded or uploaded (lesson 00).")
        return value

    @property
    def is_mine(self):
        """True while a sound of the learner's is chosen."""
        return self.value["chosen"] == "mine"

    @property
    def audio(self):
        """The sound that is chosen, audio.Audio."""
        return self._mine if self.is_mine else self.default

    @property
    def name(self):
        """What the chosen sound is, in words."""
        return self._name if self.is_mine else "the bundled sound"

    def take(self, samples, sample_rate, name):
        """Keeps a sound of the learner and chooses it.

        Args:
          samples: [n]; what is beyond longest_s is cut off.
          sample_rate: Hz.
          name: what it is, in words.

        Raises:
          ValueError: it is silent, empty or not finite.
        """
        samples = np.array(samples, np.float32).reshape(-1)[:int(self.longest_s * sample_rate)]
        if len(samples) == 0 or audio.rms_db(samples) < SILENT_DB:
            raise ValueError("The recording is silent: is the right microphone chosen, and not muted? (lesson 00)")
        self._mine, self._name = audio.Audio(samples, int(sample_rate)), str(name)
        self.value = {"chosen": "mine", "take": self.value["take"] + 1}

    def on_take(self, content, buffers):
        """A sound from the browser."""
        self.take(np.frombuffer(buffers[0], "<f4"), content["sample_rate"], content["name"])
        words = repr(self)
        return {"words": words[0].upper() + words[1:]}, []

    def on_mine(self, content, buffers):
        """The learner's sound, for a page that does not have it: opened anew, or taken in Python."""
        return {"sample_rate": self._mine.sample_rate, "name": self._name}, [pcm(self._mine.samples)]

    def sound(self):
        return self.audio

    def picture(self):
        return plots.waveform(self.audio, title=f"{self.title}: {self.name}")

    def __repr__(self):
        seconds = len(self.audio.samples) / self.audio.sample_rate
        return f"your own sound: {self.name}, {seconds:.1f} s at {self.audio.sample_rate / 1000:g} kHz"
