"""streaming.Follower in PyTorch, frame by frame: a voice moved into the range of an instrument; the recipe is there."""

import math

from torch import Tensor, nn

from ddsp_helpers.streaming import follow


class Follower(nn.Module):
    """What a streaming.Follower does, with its settings.

    Args:
      follower: streaming.Follower.
    """

    def __init__(self, follower):
        super().__init__()
        settings, statistics = follower.settings, follower.statistics
        self.pitch, self.loudness_db = float(statistics.pitch_midi_notes.mean), float(statistics.loudness_db_notes.mean)
        self.sure, self.highest = follow.SURE * settings.threshold, follow.HIGHEST_MIDI
        self.range_db, self.floor_db, self.hysteresis = follow.RANGE_DB, follow.FLOOR_DB, follow.HYSTERESIS
        self.trust = follow.TRUST_S * follower.frame_rate                       # frames
        self.memory = follow.MEMORY_S * follower.frame_rate
        self.match, self.quiet_db = settings.match_loudness, float(settings.quiet_db)
        self.autotune, self.semitones = float(settings.autotune), float(settings.pitch_shift_semitones)
        self.louder_db = float(settings.loudness_shift_db)
        self.chooses = isinstance(settings.octave, str)
        self.fixed = 0 if self.chooses else int(settings.octave)
        self.notes, self.octave, self.decided, self.sounding = 0, 0, False, False
        self.midi, self.mean_midi, self.mean_db = self.pitch, 0.0, self.loudness_db

    def reset(self) -> None:
        self.notes, self.octave, self.decided, self.sounding = 0, 0, False, False
        self.midi, self.mean_midi, self.mean_db = self.pitch, 0.0, self.loudness_db

    def forward(self, heard: Tensor) -> tuple[float, float]:
        """MIDI pitch and loudness (dB) to play, of what a torch_listener.Listener heard, [3]."""
        f0_hz, confidence, loudness_db = float(heard[0]), float(heard[1]), float(heard[2])
        midi = 69.0 + math.log(f0_hz / 440.0) * (12.0 / math.log(2.0))
        note = (confidence >= self.sure and midi < self.highest
                and loudness_db > max(self.floor_db, self.mean_db - self.range_db))
        if note:
            self._remember(midi, loudness_db)
        self.sounding = note
        loudness_db = loudness_db + self.louder_db
        if self.match:
            loudness_db = loudness_db + self.loudness_db - self.mean_db
        if not note:
            loudness_db = loudness_db - self.quiet_db
        midi = self.midi + self.autotune * (round(self.midi) - self.midi)
        return midi + 12.0 * self.octave + self.semitones, loudness_db

    def _remember(self, midi: float, loudness_db: float) -> None:
        self.notes += 1
        self.mean_midi += (midi - self.mean_midi) / min(float(self.notes), self.memory)
        self.mean_db += (loudness_db - self.mean_db) / min(self.notes + self.trust, self.memory)
        if not self.sounding or not self.decided:
            self._choose()
        self.midi = midi

    def _choose(self) -> None:
        distance = (self.pitch - self.mean_midi) / 12.0
        if not self.chooses:
            self.octave = self.fixed
        elif not self.decided or abs(distance - self.octave) >= self.hysteresis:
            self.octave = max(-4, min(4, int(round(distance))))
        self.decided = True
