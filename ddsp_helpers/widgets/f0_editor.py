"""Draw and repair a pitch curve over the spectrogram, and hear it."""

import numpy as np
import traitlets

from ddsp_helpers import audio, units
from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.sounds import one_sound
from ddsp_helpers.controls import CONFIDENCE, F0
from ddsp_helpers.widgets.base import Widget, pcm

N_HARMONICS = 6
SHARES = 1.0 / np.arange(1, N_HARMONICS + 1) ** 2
SHARES /= SHARES.sum()
_QUIET = 0.1             # a pitch drawn where the sound is silent is heard at a tenth of the loudest frame


class F0Editor(Widget):
    """A pitch curve over its spectrogram: draw it, hold or bridge a stretch, undo; it sounds while it is drawn.  Lesson 06.

    What sounds is a plain harmonic tone (six harmonics, 1 / k^2) at the level of the sound, silent where no pitch is
    believed: below `threshold` confidence, unless the frame was edited.

    Args:
      sound: audio.Audio, anything else that `listen.play` takes.
      f0_hz: the track, [frames], Hz; 0 is no pitch.
      confidence: [frames], 0 ... 1; None believes all of it.
      frame_rate: frames per second; the sample rate must be a multiple of it.
      sample_rate: Hz, for bare samples.
      threshold: a frame of at least this confidence is believed, 0 ... 1.
      title: one line.

    Attributes:
      f0_hz: the edited track, [frames], Hz, readable and settable.
      confidence: [frames], 1 where a pitch was drawn or repaired, 0 where it was silenced.

    Raises:
      ValueError: lengths that do not fit, or a pitch outside 20 ... 4200 Hz.

    >>> editor = F0Editor(np.zeros(16000), np.full(50, 220.0), frame_rate=50, sample_rate=16000)
    >>> editor.f0_hz = np.full(50, 330.0)
    >>> float(editor.f0_hz[7]), float(editor.confidence[7])
    (330.0, 1.0)
    """

    script = "f0_editor"
    samples = traitlets.Bytes().tag(sync=True)
    rate = traitlets.Int().tag(sync=True)
    frame_rate = traitlets.Float().tag(sync=True)
    tracked = traitlets.Dict().tag(sync=True)            # what came: f0_hz, sure, rms; each [frames]
    range_hz = traitlets.List().tag(sync=True)
    heading = traitlets.Unicode().tag(sync=True)

    def __init__(self, sound, f0_hz, confidence=None, frame_rate=50, *, sample_rate=None, threshold=0.5,
                 title="Repair a pitch curve", **settings):
        self.original, self.title = one_sound(sound, sample_rate=sample_rate), title
        self.sample_rate, self.threshold = int(self.original.sample_rate), float(threshold)
        if self.sample_rate % frame_rate:
            raise ValueError(f"frame_rate is {frame_rate:g} and the sample rate {self.sample_rate}: a frame would not be a whole "
                             "number of samples. Resample the sound, say to 16000 Hz (lesson 06).")
        self.hop = int(self.sample_rate // frame_rate)
        f0_hz = _track(f0_hz)
        confidence = np.ones(len(f0_hz)) if confidence is None else np.asarray(confidence, np.float64).reshape(-1)
        if len(confidence) != len(f0_hz):
            raise ValueError(f"confidence has {len(confidence)} frames, f0_hz {len(f0_hz)}; as many were wanted (lesson 06).")
        CONFIDENCE.check(confidence)
        self._tracked, self._confidence = f0_hz, confidence
        self._rms = _rms(self.original.samples, len(f0_hz), self.hop)
        tracked = {"f0_hz": f0_hz.round(4).tolist(), "sure": (confidence >= threshold).tolist(),
                   "confidence": confidence.round(3).tolist(), "rms": self._rms.round(7).tolist()}
        super().__init__(samples=pcm(self.original.samples), rate=self.sample_rate, frame_rate=float(frame_rate),
                         tracked=tracked, heading=title, range_hz=_range(f0_hz, confidence >= threshold), **settings)

    def defaults(self):
        return {"f0_hz": self._tracked.round(4).tolist(), "edited": [0] * len(self._tracked), "selection": [], "frame": 0}

    def check(self, value):
        n = len(self._tracked)
        f0_hz = _track(value["f0_hz"])
        if len(f0_hz) != n or len(value["edited"]) != n:
            raise ValueError(f"f0_hz has {len(f0_hz)} frames and edited {len(value['edited'])}; {n} were wanted, as many as "
                             "were tracked (lesson 06).")
        if len(value["selection"]) not in (0, 2) or not all(0 <= frame < n for frame in (*value["selection"], value["frame"])):
            raise ValueError(f"selection is {value['selection']} and frame {value['frame']}; [] or [first, last] and a frame, all "
                             f"from 0 to {n - 1}, were wanted (lesson 06).")
        return {**value, "f0_hz": f0_hz.tolist(), "edited": [int(bool(x)) for x in value["edited"]]}

    @property
    def f0_hz(self):
        """The track as it is now, [frames], Hz; 0 where it was silenced."""
        return np.array(self.value["f0_hz"])

    @f0_hz.setter
    def f0_hz(self, f0_hz):
        f0_hz = _track(f0_hz)
        before = self.f0_hz
        changed = ~np.isclose(f0_hz, before, rtol=1e-6) if len(f0_hz) == len(before) else np.ones(len(f0_hz), bool)
        self.value = {"f0_hz": f0_hz.tolist(), "edited": (self.edited | changed).astype(int).tolist()
                      if len(f0_hz) == len(before) else self.value["edited"]}

    @property
    def edited(self):
        """Which frames were drawn or repaired, [frames], bool."""
        return np.array(self.value["edited"], bool)

    @property
    def confidence(self):
        """How sure each frame is, [frames]: what the tracker said; where a person did, 1 for a pitch and 0 for none."""
        return np.where(self.edited, (self.f0_hz > 0) * 1.0, self._confidence)

    def tone(self, value=None):
        """What the tone is made of: f0_hz and amplitude, [frames] each; f0 runs on, bridged, where it is silent."""
        value = self.value if value is None else value
        f0_hz, edited = np.array(value["f0_hz"]), np.array(value["edited"], bool)
        voiced = (f0_hz > 0) & (edited | (self._confidence >= self.threshold))
        if not voiced.any():
            return np.full(len(f0_hz), F0.default), np.zeros(len(f0_hz))
        at = np.arange(len(f0_hz))
        bridged = units.midi_to_hz(np.interp(at, at[voiced], units.hz_to_midi(f0_hz[voiced])))
        rms = np.where(edited, np.maximum(self._rms, _QUIET * self._rms.max()), self._rms)
        return bridged, np.where(voiced, rms, 0.0) / np.sqrt(np.sum(SHARES**2) / 2)

    def render(self, value):
        """The tone by `dsp.harmonic_synthesis`, [frames * hop]."""
        from ddsp_helpers import dsp

        f0_hz, amplitude = (np.float32(x)[None, :, None] for x in self.tone(value))
        shares = np.broadcast_to(np.float32(SHARES), [1, len(value["f0_hz"]), N_HARMONICS])
        return dsp.harmonic_synthesis(f0_hz, amplitude, shares, sample_rate=self.sample_rate, hop=self.hop)[0].numpy()

    def picture(self):
        f0_hz = np.where(self.tone()[1] > 0, self.f0_hz, np.nan)
        top = min(self.sample_rate / 2, 4 * self.range_hz[1])
        return plots.spectrogram(self.original, title=self.title, f0_hz=f0_hz, frame_rate=self.frame_rate, max_hz=top,
                                 overlay=lambda ax: f"{int(self.edited.sum())} of {len(f0_hz)} frames were edited by hand.")

    def sound(self):
        return audio.Audio(self.render(self.value), self.sample_rate)


def _track(f0_hz):
    """A track as float64 [frames]; NaN becomes 0, no pitch."""
    f0_hz = np.nan_to_num(np.asarray(f0_hz, np.float64).reshape(-1), nan=0.0)
    if len(f0_hz) == 0:
        raise ValueError("f0_hz is empty; at least one frame was wanted (lesson 06).")
    F0.check(f0_hz[f0_hz != 0])
    return f0_hz


def _rms(samples, frames, hop):
    """Root mean square of two hops around each frame, [frames]."""
    padded = np.pad(np.asarray(samples, np.float64)[:frames * hop], (hop, 2 * hop + frames * hop))
    sums = np.concatenate([[0.0], np.cumsum(np.square(padded))])
    first = np.arange(frames) * hop
    return np.sqrt((sums[first + 2 * hop] - sums[first]) / (2 * hop))


def _range(f0_hz, sure):
    """The octaves that the plot shows: what is believed and a fifth beyond, two octaves at least, [low, high] in Hz."""
    believed = f0_hz[(f0_hz > 0) & sure]
    low, high = (believed.min(), believed.max()) if len(believed) else (F0.default / 2, F0.default * 2)
    low, high = units.hz_to_midi(low) - 7, units.hz_to_midi(high) + 7
    more = max(0.0, 24 - (high - low)) / 2
    hz = units.midi_to_hz(np.array([np.floor(low - more), np.ceil(high + more)]))
    return np.clip(hz, F0.minimum, F0.maximum).tolist()
