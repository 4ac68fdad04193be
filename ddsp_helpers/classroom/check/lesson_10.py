"""Checks of lesson 10: timbre transfer."""

import numpy as np

from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise, near, number


@exercise("10.1", "Which octave")
def ex10_1(octaves_up):
    """The whole number nearest to 27 semitones."""
    octaves = number(octaves_up, "octaves_up")
    if abs(octaves - 2.25) < 0.01:
        raise Wrong("2.25 octaves would change the key: a whole number was wanted.")
    if octaves == 27:
        raise Wrong("27 is the distance in semitones; an octave has twelve.")
    near(octaves, 2, tolerance=0, what="Your shift", digits=0,
         why="Two octaves leave 3 semitones to go, three overshoot by 9.")
    return "Two octaves up, and three semitones below the instrument's middle."


@exercise("10.2", "As rare as")
def ex10_2(match):
    """Compared with the sorted arrays on a skewed distribution."""
    rng = np.random.default_rng(10)
    voice, instrument = -50 + 20 * rng.random(4000), -30 + 15 * rng.random(3000) ** 2
    asked = np.quantile(voice, [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
    found = array(call(match, asked, voice, instrument, what="match"), "What match returns", shape=(7,))
    wanted = np.quantile(instrument, [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
    if np.allclose(found, asked):
        raise Wrong("Nothing changed: the voice's loudness came back.")
    moved = (asked - voice.mean()) / voice.std() * instrument.std() + instrument.mean()
    if np.allclose(found, moved, atol=0.02):
        raise Wrong("You matched mean and width. The shapes still differ: match every quantile.")
    if np.any(np.diff(found) < 0):
        raise Wrong("Your map falls somewhere: a louder note of the voice became a softer one.")
    worst = int(np.argmax(np.abs(found - wanted)))
    near(found[worst], wanted[worst], tolerance=0.2, what=f"A loudness of {asked[worst]:.1f} dB, mapped,", unit="dB", digits=1,
         why="Is the share looked up in the voice and the quantile taken from the instrument?")
    return "The same share of both stays below: that is the whole map."


@exercise("10.3", "Autotune")
def ex10_3(autotune):
    """Compared on pitches at both sides of notes for three amounts."""
    midi = np.array([60.0, 60.3, 60.7, 64.49, 71.9, 48.25])
    for amount in (0.0, 0.5, 1.0):
        found = array(call(autotune, midi.copy(), amount, what="autotune"), "What autotune returns", shape=(6,))
        wanted = midi + amount * (np.round(midi) - midi)
        if np.allclose(found, wanted, atol=1e-6):
            continue
        if amount == 0.0:
            raise Wrong("With amount 0 a pitch moved; it should stay.")
        worst = int(np.argmax(np.abs(found - wanted)))
        near(found[worst], wanted[worst], tolerance=1e-6,
             what=f"With amount {amount:g} your pitch for MIDI {midi[worst]:g}",
             why="The nearest note may lie above or below.")
    return "At 1 it is the robot of a pop song; at 0.3 nobody notices."
