"""Notes that were found against the notes of a score: who was missed, who is extra, how late, how flat.  Lesson 11."""

import dataclasses

import numpy as np

from ddsp_helpers import units


@dataclasses.dataclass(frozen=True)
class Comparison:
    """How well found notes agree with a score.  Errors are found minus score: positive is late, or sharp.

    Args:
      pairs: (index in found, index in score) of the notes that belong together, in order.
      missed: notes of the score that nothing belongs to.
      extra: found notes that belong to nothing.
      onset_errors_s: onset errors of the pairs after bias_s is taken off, [pairs], seconds.
      pitch_errors_cents: pitch errors of the pairs, [pairs], cents.
    """

    pairs: tuple
    missed: tuple
    extra: tuple
    onset_errors_s: np.ndarray = dataclasses.field(compare=False)
    pitch_errors_cents: np.ndarray = dataclasses.field(compare=False)

    @property
    def recall(self):
        """Share of the score that was found; nan for an empty score."""
        return _share(len(self.pairs), len(self.pairs) + len(self.missed))

    @property
    def precision(self):
        """Share of the found notes that are in the score; nan when nothing was found."""
        return _share(len(self.pairs), len(self.pairs) + len(self.extra))

    @property
    def onset_bias_s(self):
        """Median signed onset error, seconds."""
        return _percentile(self.onset_errors_s, 50)

    @property
    def onset_error_s(self):
        """Median absolute onset error, seconds."""
        return _percentile(np.abs(self.onset_errors_s), 50)

    @property
    def onset_error_90_s(self):
        """Absolute onset error that 90 % of the pairs do not exceed, seconds."""
        return _percentile(np.abs(self.onset_errors_s), 90)

    @property
    def onset_range_s(self):
        """Signed onset errors that 5 % and 95 % of the pairs do not exceed, seconds."""
        return _percentile(self.onset_errors_s, 5), _percentile(self.onset_errors_s, 95)

    @property
    def pitch_error_cents(self):
        """Median absolute pitch error, cents."""
        return _percentile(np.abs(self.pitch_errors_cents), 50)

    def table(self):
        """The comparison in words, one line a figure; the first missed and extra notes by name."""
        low, high = self.onset_range_s
        lines = [f"found in the score   {_percent(self.recall)} ({len(self.pairs)} of "
                 f"{len(self.pairs) + len(self.missed)} notes)",
                 f"found and right      {_percent(self.precision)} ({len(self.pairs)} of "
                 f"{len(self.pairs) + len(self.extra)} found)"]
        if self.pairs:
            lines += [f"onset                {_late(self.onset_bias_s)} in the middle (5 % to 95 %: "
                      f"{1000 * low:+.0f} to {1000 * high:+.0f} ms); off by {1000 * self.onset_error_s:.0f} ms, "
                      f"90 % of them by at most {1000 * self.onset_error_90_s:.0f} ms",
                      f"pitch                off by {self.pitch_error_cents:.0f} cents in the middle"]
        return "\n".join(lines + _names("missed", self.missed) + _names("extra", self.extra))


def _share(part, whole):
    return part / whole if whole else float("nan")


def _percentile(values, q):
    return float(np.percentile(values, q)) if len(values) else float("nan")


def _percent(share):
    return "-" if np.isnan(share) else f"{share:.1%}"


def _late(error_s):
    return f"{abs(1000 * error_s):.0f} ms {'late' if error_s >= 0 else 'early'}"


def _names(word, notes, most=8):
    if not notes:
        return []
    listed = ", ".join(f"{units.midi_to_note(note.midi)} at {note.onset_s:.2f} s" for note in notes[:most])
    more = f" and {len(notes) - most} more" if len(notes) > most else ""
    return [f"{word:<20} {listed}{more}"]


def compare(found, score, *, onset_tolerance_s=0.1, pitch_tolerance_cents=50, bias_s=0.0):
    """Which found note is which note of the score, and how far apart they are.

    The matching is one to one and the best there is: as many pairs within the tolerances as possible, among those the
    ones with the smallest sum of onset errors (the assignment problem; Kuhn 1955, through SciPy).

    Args:
      found: melodies.Note that were found, any order.
      score: melodies.Note of the score, any order.
      onset_tolerance_s: two onsets further apart than this do not belong together, seconds, above 0.
      pitch_tolerance_cents: likewise for pitch, cents, above 0.
      bias_s: known lateness of the found onsets (a latency of the recording), taken off first, seconds.

    Returns:
      Comparison.

    Raises:
      ValueError: a tolerance is not above 0, or a note has times or a pitch that are not finite.

    >>> from ddsp_helpers.data.melodies import Note
    >>> both = compare([Note(0.01, 1.0, 60.1), Note(1.0, 1.0, 64.0)], [Note(0.0, 1.0, 60.0), Note(2.0, 1.0, 64.0)])
    >>> both.recall, round(both.onset_error_s, 3), round(both.pitch_error_cents, 3), len(both.missed), len(both.extra)
    (0.5, 0.01, 10.0, 1, 1)
    """
    if not (onset_tolerance_s > 0 and pitch_tolerance_cents > 0):
        raise ValueError(f"onset_tolerance_s={onset_tolerance_s} and pitch_tolerance_cents={pitch_tolerance_cents} "
                         "came; both above 0 were wanted. Lesson 11.")
    found, score = list(found), list(score)
    onset_s, midi = _arrays(found, "found")
    score_s, score_midi = _arrays(score, "score")
    order = np.argsort(score_s, kind="stable")
    pairs = _matched(onset_s - bias_s, midi, score_s, score_midi, onset_tolerance_s, pitch_tolerance_cents / 100)
    pairs.sort(key=lambda pair: (score_s[pair[1]], pair[1]))
    a, b = (np.array([pair[side] for pair in pairs], int) for side in (0, 1))
    missed = tuple(score[i] for i in order if i not in set(b.tolist()))
    extra = tuple(found[i] for i in np.argsort(onset_s, kind="stable") if i not in set(a.tolist()))
    return Comparison(tuple(pairs), missed, extra, onset_s[a] - bias_s - score_s[b], 100.0 * (midi[a] - score_midi[b]))


def _arrays(notes, name):
    """(onsets, pitches) of notes, [n] each."""
    table = np.array([(note.onset_s, note.midi) for note in notes], np.float64).reshape(-1, 2)
    if not np.isfinite(table).all():
        at = int(np.argmin(np.isfinite(table).all(axis=1)))
        raise ValueError(f"{name} note {at + 1} is {notes[at]}; finite times and pitches were wanted. Lesson 11.")
    return table[:, 0], table[:, 1]


def _matched(onset_s, midi, score_s, score_midi, tolerance_s, tolerance):
    """The best pairs (found, score).  Notes further apart than the tolerance split the problem into small ones."""
    from scipy.optimize import linear_sum_assignment

    pairs, slack = [], 1e-9
    everything = np.concatenate([onset_s, score_s])
    order = np.argsort(everything, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(everything[order]) > tolerance_s + slack) + 1)
    for group in groups:
        a, b = group[group < len(onset_s)], group[group >= len(onset_s)] - len(onset_s)
        if not len(a) or not len(b):
            continue
        apart_s = np.abs(onset_s[a][:, None] - score_s[b])
        possible = (apart_s <= tolerance_s + slack) & (np.abs(midi[a][:, None] - score_midi[b]) <= tolerance + slack)
        never = 2.0 * tolerance_s * (min(len(a), len(b)) + 1)          # one pair more is worth any sum of errors
        rows, columns = linear_sum_assignment(np.where(possible, apart_s, never))
        pairs += [(int(a[i]), int(b[j])) for i, j in zip(rows, columns) if possible[i, j]]
    return pairs
