"""How a note is played: six numbers a note, measured in a performance, edited in a table.  Lesson 11.

The definitions are those of MIDI-DDSP (Wu et al., "MIDI-DDSP: Detailed Control of Musical Performance via Hierarchical
Modeling", ICLR 2022): each lies mostly between 0 and 1, and each is measured from the controls of the synthesizers, so
that what a model was asked for and what it played can be compared.
"""

import numpy as np

from ddsp_helpers import units
from ddsp_helpers.controls import Control
from ddsp_helpers.data.melodies import Note
from ddsp_helpers.data.note_frames import NoteFrames

NOTE_COLUMNS = ("onset_s", "duration_s", "midi", "velocity")
CONTROLS = {control.name: control for control in (
    Control("volume", 0.0, 1.5, "", "linear", 0.9, "mean level of the harmonics, dB / 60 + 1.5"),
    Control("fluctuation", 0.0, 1.0, "", "linear", 0.2, "how much the level moves within the note, standard deviation of dB / 24"),
    Control("peak_position", 0.0, 1.0, "", "linear", 0.4, "where in the note it is loudest, 0 at its begin, 1 at its end"),
    Control("vibrato", 0.0, 1.0, "", "linear", 0.1, "how far the pitch swings, semitones x 2.5, between 3 and 9 times a second"),
    Control("brightness", 0.0, 1.0, "", "linear", 0.3, "centre of the harmonics, number / 12"),
    Control("attack_noise", 0.0, 2.0, "", "linear", 1.0, "noise in the first 40 ms, dB / 40 + 2.625"),
)}
EXPRESSION = tuple(CONTROLS)
COLUMNS = (*NOTE_COLUMNS, *EXPRESSION)

_FLOOR_DB = -80.0           # quieter counts as this
_HARMONICS = 60             # of the published model, whose brightness is the centroid / 60 x 5
_VIBRATO_HZ = (3.0, 9.0)
_SHORTEST_VIBRATO_S = 0.2


def table_of(notes, values=None):
    """An expression table: one row a note.

    Args:
      notes: list of data.Note in the order of their onsets.
      values: the six controls, [notes, 6] in the order of EXPRESSION; by default each control's own default.

    Returns:
      pandas.DataFrame with the columns COLUMNS.

    >>> from ddsp_helpers.data import Note
    >>> table_of([Note(0.0, 1.0, 69.0)]).loc[0, ["midi", "vibrato"]].tolist()
    [69.0, 0.1]
    """
    import pandas

    if values is None:
        values = np.tile([control.default for control in CONTROLS.values()], [len(notes), 1])
    columns = [[getattr(note, name) for note in notes] for name in NOTE_COLUMNS] + list(np.asarray(values, float).T)
    return pandas.DataFrame(dict(zip(COLUMNS, columns)))


def notes_of(table):
    """The notes of an expression table, a list of data.Note."""
    return [Note(*map(float, row)) for row in table[list(NOTE_COLUMNS)].to_numpy()]


def values_of(table):
    """The six controls of an expression table, [notes, 6] float32."""
    return table[list(EXPRESSION)].to_numpy(np.float32)


def check_table(table):
    """Refuses, in words, a table that cannot be played.

    Args:
      table: pandas.DataFrame with at least the columns COLUMNS.

    Returns:
      A copy with those columns as numbers, sorted by onset.

    Raises:
      ValueError: a column is missing, there is no row, a value is not a number, a duration is not above 0 or a pitch is
        outside 0 ... 127.
    """
    missing = [name for name in COLUMNS if name not in getattr(table, "columns", ())]
    if missing:
        raise ValueError(f"The expression table misses the column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
                         f"{', '.join(COLUMNS)} were wanted, one row a note (lesson 11).")
    if not len(table):
        raise ValueError("The expression table has no row; at least one note was wanted (lesson 11).")
    try:
        table = table[list(COLUMNS)].astype(float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The expression table holds something else than numbers: {error} (lesson 11).") from error
    for name in COLUMNS:
        bad = np.flatnonzero(~np.isfinite(table[name].to_numpy()))
        if bad.size:
            raise ValueError(f"Row {bad[0]} of the expression table has no number in {name!r} (lesson 11).")
    for name, wrong, wanted in (("duration_s", table["duration_s"] <= 0, "above 0 s"),
                                ("onset_s", table["onset_s"] < 0, "0 s or later"),
                                ("midi", (table["midi"] < 0) | (table["midi"] > 127), "0 ... 127")):
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ValueError(f"Row {row} of the expression table has {name} = {table[name].iloc[row]:g}; {wanted} was wanted "
                             "(lesson 11).")
    return table.sort_values("onset_s", kind="stable", ignore_index=True)


def frame_levels(controls):
    """What of the controls is heard as level, colour and noise, frame by frame.

    Args:
      controls: {"amplitude": [batch, frames, 1], "harmonic_distribution": [batch, frames, n], "noise_magnitudes":
        [batch, frames, bands]}, tensors.

    Returns:
      amplitude in dB, centroid (mean harmonic number, weighted by the distribution), noise in dB; each [batch, frames],
      tensors.
    """
    import tensorflow as tf

    floor = 10.0 ** (_FLOOR_DB / 10.0)
    amplitude = tf.convert_to_tensor(controls["amplitude"], tf.float32)[..., 0]
    distribution = tf.convert_to_tensor(controls["harmonic_distribution"], tf.float32)
    noise = tf.convert_to_tensor(controls["noise_magnitudes"], tf.float32)
    k = tf.range(1.0, distribution.shape[-1] + 1.0)
    centroid = tf.reduce_sum(distribution * k, -1) / (tf.reduce_sum(distribution, -1) + 1e-6)
    to_db = 10.0 / np.log(10.0)
    noise_power = tf.reduce_mean(tf.square(noise), -1)
    return (to_db * tf.math.log(tf.square(amplitude) + floor), centroid,
            to_db * tf.math.log(noise_power + 1e-3 * floor))


def per_note(levels, frames, *, n_notes, sharpness=4.0):
    """Five of the six controls of every note, from levels frame by frame: everything but vibrato.

    Means over the frames of a note, so that a gradient finds its way from a note's control to every frame of it.

    Args:
      levels: what frame_levels returns.
      frames: {"index": [batch, frames] whole numbers, which note a frame belongs to; "sounding", "attack", "position":
        [batch, frames], whether it lies within the note, within its first 40 ms, and where in it, 0 ... 1}.
      n_notes: how many notes a row has at most.
      sharpness: of the softest maximum, 1/dB: how far below the loudest frame another one still counts for peak_position.

    Returns:
      [batch, notes, 6], the column vibrato 0; notes without a frame are 0.
    """
    import tensorflow as tf

    amplitude_db, centroid, noise_db = levels
    batch, length = tf.unstack(tf.shape(amplitude_db))
    ids = tf.reshape(tf.cast(frames["index"], tf.int32) + n_notes * tf.range(batch)[:, None], [-1])

    def total(x):
        return tf.math.unsorted_segment_sum(tf.reshape(x, [-1]), ids, batch * n_notes)

    sounding, attack = tf.cast(frames["sounding"], tf.float32), tf.cast(frames["attack"], tf.float32)
    count, count_attack = tf.maximum(total(sounding), 1.0), tf.maximum(total(attack), 1.0)
    mean_db = total(sounding * amplitude_db) / count
    away = (amplitude_db - tf.reshape(tf.gather(mean_db, ids), [batch, length])) * sounding
    deviation_db = tf.sqrt(total(tf.square(away)) / count + 1e-4)
    masked = tf.where(sounding > 0, amplitude_db, -1e3)
    loudest = tf.math.unsorted_segment_max(tf.reshape(tf.stop_gradient(masked), [-1]), ids, batch * n_notes)
    weight = sounding * tf.exp(sharpness * tf.minimum(masked - tf.reshape(tf.gather(loudest, ids), [batch, length]), 0.0))
    peak = total(weight * tf.cast(frames["position"], tf.float32)) / tf.maximum(total(weight), 1e-6)
    there = tf.cast(total(sounding) > 0, tf.float32)
    values = {
        "volume": mean_db / 60.0 + 1.5, "fluctuation": deviation_db * 2.5 / 60.0, "peak_position": peak,
        "vibrato": tf.zeros_like(peak), "brightness": total(sounding * centroid) / count * 5.0 / _HARMONICS,
        "attack_noise": total(attack * noise_db) / count_attack / 40.0 + 2.625,
    }
    return tf.reshape(tf.stack([values[name] * there for name in EXPRESSION], -1), [batch, n_notes, len(EXPRESSION)])


def vibrato(deviation, *, frame_rate):
    """How far the pitch of one note swings: |FFT| / n x 10 at its highest between 3 and 9 Hz, with a Hann window.

    A sine of a semitones gives 2.5 a.  Notes shorter than 0.2 s, or than one swing, have none.

    Args:
      deviation: pitch within the note, [frames], semitones; its mean and drift do not count.
      frame_rate: frames per second.

    >>> time = np.arange(50) / 50
    >>> round(vibrato(0.2 * np.sin(2 * np.pi * 5 * time), frame_rate=50), 2)
    0.5
    """
    deviation = np.asarray(deviation, np.float64)
    n = len(deviation)
    if n < _SHORTEST_VIBRATO_S * frame_rate or n < 4:
        return 0.0
    time = np.arange(n)
    deviation = deviation - np.polyval(np.polyfit(time, deviation, 1), time)
    spectrum = np.abs(np.fft.rfft(deviation * np.hanning(n + 2)[1:-1], 8 * n)) / n * 10.0
    hz = np.fft.rfftfreq(8 * n, 1.0 / frame_rate)
    swings = spectrum[(hz >= max(_VIBRATO_HZ[0], frame_rate / n)) & (hz <= _VIBRATO_HZ[1])]
    return float(swings.max()) if swings.size else 0.0


def measure(controls, notes, *, frame_rate=50):
    """The six controls of every note of a performance.

    Args:
      controls: {"f0_hz", "amplitude": [1, frames, 1], "harmonic_distribution": [1, frames, n], "noise_magnitudes":
        [1, frames, bands]}: what a model played, or what `features.partials` heard.
      notes: list of data.Note, in the order of their onsets.
      frame_rate: frames per second.

    Returns:
      An expression table.

    Raises:
      ValueError: no notes.
    """
    frames = NoteFrames.of(notes, n_frames=controls["amplitude"].shape[1], frame_rate=frame_rate)
    values = per_note(frame_levels(controls), frames.batch(), n_notes=len(notes)).numpy()[0]
    midi = units.hz_to_midi(np.maximum(np.asarray(controls["f0_hz"], np.float64)[0, :, 0], 1.0))
    for number in range(len(notes)):
        inside = frames.sounding & (frames.index == number)
        values[number, EXPRESSION.index("vibrato")] = vibrato(
            _near(midi[inside] - notes[number].midi), frame_rate=frame_rate)
    return table_of(notes, values)


def _near(deviation):
    """Deviations of a note with the frames of another one (a glide, a wrong octave) taken out by their neighbours."""
    good = np.abs(deviation - np.median(deviation)) < 1.0 if len(deviation) else np.zeros(0, bool)
    if good.sum() < 2:
        return np.zeros(len(deviation))
    return np.interp(np.arange(len(deviation)), np.flatnonzero(good), deviation[good])
