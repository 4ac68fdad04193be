"""A pitch track cut into notes: stretches of one pitch, however it trembles or slides.  No TensorFlow.

The cut is the cheapest of all cuts: every frame pays its distance from the level of its stretch, and every new stretch
pays a fixed price (dynamic programming over levels a quarter of a semitone apart).  Vibrato of +-60 cents at 6 Hz is
cheaper to bear than to follow; a new note a semitone away is cheaper to follow after some 60 ms.  Lesson 11.
"""

import numpy as np

GRID = 0.25                  # semitones between levels
_PRICE = 0.04                # of a new stretch, semitones times seconds
_FAR = 1.5                   # semitones: a frame further away is an error of the tracker and pays no more
_GLIDE_S = 0.06              # a shorter stretch between its neighbours' pitches is the way from one to the other
_SLIP_S = 0.1                # a shorter stretch an octave or a twelfth away from its neighbour is a slip of the tracker
_SAME = 0.6                  # semitones: neighbours nearer than that are one note


def stretches(midi, weight, *, frame_rate):
    """Cuts a pitch track into stretches of one pitch.

    Args:
      midi: pitch, [frames], MIDI note numbers.
      weight: how far each frame is believed, [frames], 0 to 1.
      frame_rate: frames per second.

    Returns:
      list of (start, end) frames that covers the track without gaps.

    >>> stretches(np.repeat([60.0, 62.0], 50), np.ones(100), frame_rate=100)
    [(0, 50), (50, 100)]
    """
    path = _cheapest(midi, weight, frame_rate)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(path)) + 1, [len(path)]])
    return _cleaned(midi, weight, list(zip(edges[:-1].tolist(), edges[1:].tolist())), frame_rate)


def _cheapest(midi, weight, frame_rate):
    """The level of each frame, [frames] whole numbers of grid steps."""
    heard = midi[weight > 0] if (weight > 0).any() else midi
    levels = np.arange(np.floor(heard.min() / GRID), np.ceil(heard.max() / GRID) + 1)
    price = _PRICE * frame_rate
    total = np.zeros(len(levels))
    changed, best = np.zeros([len(midi), len(levels)], bool), np.zeros(len(midi), np.int64)
    for t in range(len(midi)):
        best[t] = total.argmin()
        leap = total[best[t]] + price
        changed[t] = total > leap
        distance = np.minimum(np.abs(levels * GRID - midi[t]), _FAR)
        total = np.minimum(total, leap) + weight[t] * distance
        total -= total.min()
    path = np.zeros(len(midi), np.int64)
    state = int(total.argmin())
    for t in range(len(midi) - 1, -1, -1):
        path[t] = state
        if changed[t, state]:
            state = best[t]
    return path


def level_of(midi, weight, start, end):
    """The pitch of frames start to end: the median of those that are believed, MIDI note number."""
    part, sure = midi[start:end], weight[start:end]
    believed = part[sure >= 0.5 * sure.max()]
    return float(np.median(believed))


def _cleaned(midi, weight, pieces, frame_rate):
    """Stretches without those that are no note: ways from note to note, octave slips, noise at either end."""
    pieces = list(pieces)
    while True:
        level = [level_of(midi, weight, *piece) for piece in pieces]
        length_s = [(piece[1] - piece[0]) / frame_rate for piece in pieces]
        joins = [i for i in range(1, len(pieces)) if _are_one(level[i] - level[i - 1], min(length_s[i - 1:i + 1]))
                 or i == 1 and length_s[0] < _GLIDE_S or i == len(pieces) - 1 and length_s[i] < _GLIDE_S]
        if joins:
            at = min(joins, key=lambda i: abs(level[i] - level[i - 1]))
            pieces[at - 1:at + 1] = [(pieces[at - 1][0], pieces[at][1])]
            continue
        glides = [i for i in range(1, len(pieces) - 1) if length_s[i] < _GLIDE_S and _is_between(*level[i - 1:i + 2])]
        if not glides:
            return pieces
        at = min(glides, key=lambda i: pieces[i][1] - pieces[i][0])
        start, end = pieces[at]
        middle = start + int(np.sum(np.abs(midi[start:end] - level[at - 1]) < np.abs(midi[start:end] - level[at + 1])))
        pieces[at - 1:at + 2] = [(pieces[at - 1][0], middle), (middle, pieces[at + 1][1])]


def _are_one(interval, shorter_s):
    """Whether neighbours are one note: of one pitch, or the shorter of them a slip to another partial."""
    slips = np.array([12.0, 19.0, 24.0])
    return abs(interval) < _SAME or bool(shorter_s < _SLIP_S and np.abs(np.abs(interval) - slips).min() < _SAME)


def _is_between(before, level, after):
    """Whether a pitch lies between those of its neighbours."""
    return min(before, after) - 0.3 <= level <= max(before, after) + 0.3
