"""Checks of lesson 11: notes to sound."""

import numpy as np

from ddsp_helpers import expression
from ddsp_helpers.classroom import listen
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number


@exercise("11.1", "The volume of a note")
def ex11_1(volume):
    """A steady note and one that fades, where the mean of the decibels and the decibels of the mean part ways."""
    steady = number(call(volume, np.full(25, 0.1), what="volume"), "What volume returns")
    fading = np.repeat([0.1, 0.001], 25)
    faded = number(call(volume, fading.copy(), what="volume"), "What volume returns")
    if abs(steady - (-10 / 60 + 1.5)) < 1e-3:
        raise Wrong("A steady amplitude of 0.1 came out as if it were -10 dB. An amplitude's decibels are 20 times the "
                    "logarithm.")
    if abs(steady + 20) < 1e-3 or abs(steady + 20 / 60) < 1e-3:
        raise Wrong("You have the level in dB. The control is that over 60, plus 1.5.")
    near(steady, -20 / 60 + 1.5, tolerance=1e-3, what="The volume of a steady amplitude of 0.1 (-20 dB)", digits=3)
    if abs(faded - (20 * np.log10(fading.mean()) / 60 + 1.5)) < 1e-3:
        raise Wrong("You took the mean of the amplitudes first. The loud half drowns the soft one then: take the "
                    "decibels of every frame, and their mean.")
    near(faded, -40 / 60 + 1.5, tolerance=1e-3, digits=3,
         what="The volume of a note that is half at -20 dB and half at -60 dB")
    return "0.1 of volume is 6 dB, and every frame of the note has the same say."


_VIBRATOS = ((5.5, 30, 440, 0, 50), (7.0, 20, 880, 0, 100), (4.5, 15, 220, 150, 50))


@exercise("11.2", "A vibrato, measured")
def ex11_2(my_vibrato):
    """Three vibratos, one of them on a note that drifts: how often and how far."""
    for hz, cents, note_hz, drift_cents, frame_rate in _VIBRATOS:
        time = np.arange(2 * frame_rate) / frame_rate
        swing = cents * np.sin(2 * np.pi * hz * time) + drift_cents * (time / 2 - 0.5)
        answer = call(my_vibrato, note_hz * 2 ** (swing / 1200), frame_rate, what="my_vibrato")
        found_hz, found_cents = array(answer, "What my_vibrato returns", shape=(2,))
        drifting = f", and a drift of {drift_cents} cents" if drift_cents else ""
        told = f"On {note_hz} Hz with {cents} cents, {hz:g} times a second{drifting}"
        if abs(found_hz - cents) < 1 and abs(found_cents - hz) < 1:
            raise Wrong("The rate comes first, then the extent: yours are the other way round.")
        if found_hz < 3 or found_hz > 9:
            raise Wrong(f"{told}, your rate is {found_hz:.2f} Hz. Only 3 to 9 times a second is vibrato: what is "
                        "slower is the note itself, or its drift; and the bins need the frame rate to become Hz.")
        near(found_hz, hz, tolerance=0.4, what=f"{told}, your rate", unit="Hz")
        _extent(found_cents, cents, note_hz, told)
    return "That is what a player of any instrument can be asked: how often, and how far."


def _extent(found, cents, note_hz, told):
    """Passes the extent within a fifth, or names the usual mistakes."""
    if abs(found - 2 * cents) < 0.2 * cents:
        raise Wrong(f"{told}, your extent is {found:.0f}: that is from the lowest to the highest. From the middle was "
                    "wanted, half of it.")
    if abs(found - note_hz * (2 ** (cents / 1200) - 1)) < 0.1 * found and abs(found - cents) > 0.2 * cents:
        raise Wrong(f"{told}, your extent is {found:.1f}: that is in Hz. Turn the pitch into cents first: 1200 times "
                    "the logarithm to the base of 2.")
    near(found, cents, tolerance=0.2 * cents, what=f"{told}, your extent", unit="cents", digits=1,
         why="A sine of height a gives a Fourier sum of a / 2 times the sum of the window.")


@exercise("11.3", "A crescendo")
def ex11_3(crescendo, play=None):
    """A phrase of uneven notes; `play` lets its author hear it."""
    from ddsp_helpers.data import melodies

    notes = melodies.parse("A4:1 B4:.5 C#5:.5 D5:2 C#5:.5 D5:.5 E5:1 F#5:2", beats_per_minute=90)
    table = expression.table_of(notes)
    table["volume"] = [1.0, 1.04, 0.97, 1.05, 1.0, 0.98, 1.03, 1.01]
    table["attack_noise"] = 1.8
    kept = table.copy()
    for rise in (0.3, -0.2):
        given = kept.copy()
        made = call(crescendo, given, rise, what="crescendo")
        if not given.equals(kept):
            raise Wrong("The table that came was changed. Work on a copy: who called you may want to hear both.")
        _compare(made, kept, rise)
    if play is None:
        return "Louder, brighter, and every note kept what was its own."
    return ("Louder, brighter, and every note kept what was its own. Hear it:",
            listen.several({"as it was": play(kept), "your crescendo": play(crescendo(kept.copy(), 0.3))}))


def _compare(made, kept, rise):
    """The table with its crescendo, column by column."""
    missing = [name for name in expression.COLUMNS if name not in getattr(made, "columns", ())]
    if missing:
        raise Wrong(f"A table was wanted, with all its columns; what crescendo returns misses {', '.join(missing)}.")
    onset_s = kept["onset_s"].to_numpy()
    share = (onset_s - onset_s[0]) / (onset_s[-1] - onset_s[0])
    volume = array(made["volume"], "The volume", shape=(len(kept),))
    if np.allclose(volume, kept["volume"] + rise * np.linspace(0, 1, len(kept)), atol=1e-6):
        raise Wrong("Your volume rises by the same step from note to note, so it hurries through short notes. Let it "
                    "follow the time.")
    moved = volume - kept["volume"]
    if np.ptp(volume - rise * share) < 1e-6:
        raise Wrong("Every note lies on one straight line now: what the player had chosen is lost. Add to it instead.")
    _added("volume", moved, rise * share, onset_s, rise)
    brighter = array(made["brightness"], "The brightness", shape=(len(kept),)) - kept["brightness"]
    if np.allclose(brighter, 0):
        raise Wrong("The volume is right. The brightness stayed: a louder string is a brighter one, so let it rise by "
                    "a third as much.")
    _added("brightness", brighter, rise * share / 3, onset_s, rise)
    others = [name for name in expression.COLUMNS if name not in ("volume", "brightness")]
    if not np.allclose(made[others], kept[others]):
        raise Wrong("Another column than volume and brightness changed too.")


def _added(name, found, wanted, onset_s, rise):
    """What was added to a column, judged at the note where it is furthest off."""
    worst = int(np.argmax(np.abs(found - wanted)))
    where = f"note {worst} (at {onset_s[worst]:.2f} of {onset_s[-1]:.2f} s)"
    near(found[worst], wanted[worst], tolerance=1e-6, digits=3,
         what=f"With rise {rise:g}, what you add to the {name} of {where}")
