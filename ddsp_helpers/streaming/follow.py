"""The transfer recipe without a future: a voice moved into the range of an instrument while it is sung.  Lesson 13."""
import numpy as np

from ddsp_helpers import units
from ddsp_helpers.transfer import FLOOR_DB, HIGHEST_MIDI, Settings

SURE = 0.7              # confidence of a note at threshold 1
RANGE_DB = 35.0         # a note is at most so much quieter than the notes before it
TRUST_S = 0.5           # of notes at the expected loudness that are heard before the first one
MEMORY_S = 10.0         # how far back means of pitch and loudness reach
HYSTERESIS = 0.7        # octaves from where the melody is before another octave is taken


class Follower:
    """`transfer.adjust` for frames that come one after the other.

    A frame is a note when its pitch is sure and it is not much quieter than the notes before.  Between notes the last
    pitch stays and loudness is turned down by quiet_db.  Loudness moves by the difference between the instrument's mean
    and the running mean of the notes; the octave is chosen where a note begins, and kept while the melody stays near.

    Args:
      statistics: data.Statistics of the instrument.
      settings: transfer.Settings; autotune pulls to the nearest semitone, because the scale is not known yet.
      frame_rate: frames per second.

    >>> from ddsp_helpers import features, models
    >>> follower = Follower(models.load_instrument("violin").statistics)
    >>> voice = features.Features([110.0], [0.9], [-20.0], [-30.0])
    >>> follower.step(follower.init_state(), voice)[1].tolist()
    [440.0]
    """

    def __init__(self, statistics, settings=Settings(), *, frame_rate=50):
        self.statistics, self.settings, self.frame_rate = statistics, settings, frame_rate
        self._pitch, self._loudness_db = statistics.pitch_midi_notes.mean, statistics.loudness_db_notes.mean

    def init_state(self):
        """Before the first frame."""
        return {"notes": 0, "midi": self._pitch, "mean_midi": 0.0, "mean_db": self._loudness_db, "octave": None,
                "sounding": False}

    def step(self, state, heard):
        """Follows the next frames.

        Args:
          state: of init_state or of the step before.
          heard: Features of any number of frames, as `features.live.Listener` gives them.

        Returns:
          The next state, f0_hz and loudness_db to play, [frames] float32 each.
        """
        state, settings = dict(state), self.settings
        played = np.zeros([2, len(heard)], np.float32)
        midi = units.hz_to_midi(heard.f0_hz)
        for n in range(len(heard)):
            note = (heard.f0_confidence[n] >= SURE * settings.threshold and midi[n] < HIGHEST_MIDI
                    and heard.loudness_db[n] > max(FLOOR_DB, state["mean_db"] - RANGE_DB))
            if note:
                self._remember(state, float(midi[n]), float(heard.loudness_db[n]))
            state["sounding"] = note
            gain_db = self._loudness_db - state["mean_db"] if settings.match_loudness else 0.0
            quiet_db = 0.0 if note else settings.quiet_db
            played[:, n] = (self._f0_hz(state), max(FLOOR_DB, heard.loudness_db[n] + gain_db
                                                    + settings.loudness_shift_db - quiet_db))
        return state, played[0], played[1]

    def _remember(self, state, midi, loudness_db):
        """A note's frame: running means, and at its beginning perhaps another octave."""
        state["notes"] += 1
        share = 1.0 / min(state["notes"], MEMORY_S * self.frame_rate)
        state["mean_midi"] += share * (midi - state["mean_midi"])
        trusted = min(state["notes"] + TRUST_S * self.frame_rate, MEMORY_S * self.frame_rate)
        state["mean_db"] += (loudness_db - state["mean_db"]) / trusted
        if not state["sounding"] or state["octave"] is None:
            state["octave"] = self._octave(state)
        state["midi"] = midi

    def _octave(self, state):
        if not isinstance(self.settings.octave, str):
            return self.settings.octave
        distance = (self._pitch - state["mean_midi"]) / 12.0
        if state["octave"] is not None and abs(distance - state["octave"]) < HYSTERESIS:
            return state["octave"]
        return int(np.clip(round(distance), -4, 4))

    def _f0_hz(self, state):
        """The pitch to play: the last note's, tuned and moved."""
        midi, settings = state["midi"], self.settings
        midi += settings.autotune * (round(midi) - midi)
        return units.midi_to_hz(midi + 12 * (state["octave"] or 0) + settings.pitch_shift_semitones)
