"""Checks of lesson 07: a dataset."""

import numpy as np

from ddsp_helpers.classroom import plots
from ddsp_helpers.classroom.check.framework import Wrong, call, exercise, near, number


@exercise("07.1", "How many windows?")
def ex07_1(n_windows, seconds):
    n_windows, seconds = number(n_windows, "n_windows"), number(seconds, "seconds")
    if n_windows == 26:
        raise Wrong("Your n_windows is 26: one too few. Windows begin at 0, 1, … 26 s, and both ends count.")
    if n_windows in (30, 7, 7.5):
        why = "The last ones would reach past the end." if n_windows == 30 else "That is without overlap; here one begins every second."
        raise Wrong(f"Your n_windows is {n_windows:g}. {why}")
    near(n_windows, 27, tolerance=0, what="Your n_windows", digits=0)
    if seconds == 30:
        raise Wrong("Your seconds are those of the recording. Each window holds 4 s, and overlapping sound counts again.")
    near(seconds, 108, tolerance=0, what="Your number of seconds", unit="s", digits=0)
    return "27 windows hold 108 s: each second of the middle is heard four times, every time in another place of a window."


_SESSIONS = (
    ["monday"] * 4 + ["tuesday"] * 3 + ["friday"] * 5,
    ["a", "b", "a", "c", "b", "d", "e", "a", "f", "g"],
    [f"session {i // 5}" for i in range(40)],
)


@exercise("07.2", "A fair split")
def ex07_2(hold_out):
    for sessions in _SESSIONS:
        answer = call(hold_out, list(sessions), what="hold_out")
        try:
            chosen = {int(i) for i in answer}
        except (TypeError, ValueError) as error:
            raise Wrong(f"hold_out returns {answer!r}; a set of recording numbers was wanted, such as {{0, 3}}.") from error
        if any(isinstance(i, (bool, np.bool_)) for i in answer):
            raise Wrong("hold_out returns True and False; the numbers of the recordings were wanted, such as {0, 3}.")
        if not chosen <= set(range(len(sessions))):
            raise Wrong(f"hold_out returns {sorted(chosen - set(range(len(sessions))))}, but the {len(sessions)} recordings are "
                        f"numbered 0 to {len(sessions) - 1}.")
        both = {sessions[i] for i in chosen} & {sessions[i] for i in range(len(sessions)) if i not in chosen}
        if both:
            raise Wrong(f"Of {len(sessions)} recordings, the session {sorted(both)[0]!r} is on both sides: the model would be asked about "
                        "a room and a microphone that it knows.")
        share = len(chosen) / len(sessions)
        if not 0.15 <= share <= 0.4:
            side = "too few to say anything" if share < 0.15 else "too many: little is left to train on"
            raise Wrong(f"{len(chosen)} of {len(sessions)} recordings are held out ({share:.0%}): {side}. 15 to 40 % were wanted.")
    return "Three sets of sessions, three fair splits."


def _sounds():
    """(samples, wanted share, what it is)."""
    times = np.arange(8000) / 16000
    sine = np.sin(2 * np.pi * 200 * times + 0.1)
    pulse = np.zeros(1000)
    pulse[100::200] = 1.0
    pulse[101::200] = 1.0
    hard = np.clip(1.5 * sine, -1, 1)
    low = 0.3 * np.clip(3 * sine, -1, 1)
    return ((0.7 * sine, 0.0, "a clean sine"), (pulse, 0.0, "pulses of two samples"),
            (hard, float(np.mean(np.abs(hard) >= 0.9999)), "a sine clipped at full scale"),
            (low, float(np.mean(np.abs(low) >= 0.29997)), "a clipped sine that was turned down afterwards"))


@exercise("07.3", "Find the flat tops")
def ex07_3(clipped_share):
    for samples, wanted, words in _sounds():
        answer = number(call(clipped_share, samples.copy(), what="clipped_share"), "What clipped_share returns")
        if abs(answer - wanted) <= 1e-6:
            continue
        picture = plots.waveform(samples[:400], sample_rate=16000, title=words)
        if wanted and abs(answer - 100 * wanted) < 1e-3:
            raise Wrong("You return percent; a share from 0 to 1 was wanted.", picture)
        reason = ""
        if "two samples" in words and answer:
            reason = " Two neighbours at the peak are not yet a flat top: three are."
        elif "turned down" in words and answer == 0:
            reason = " The top of a recording is its own peak, not 1."
        elif wanted and abs(answer - wanted / 2) < 0.01:
            reason = " That is one side only: below zero there are flat tops too; take the absolute value."
        elif answer > 1:
            reason = " A share lies between 0 and 1: divide what you counted by the number of samples."
        elif wanted and 0 < answer < wanted:
            reason = " Do you count every sample of a run, or only where runs of three begin?"
        raise Wrong(f"For {words} you return {100 * answer:.2f} %; {100 * wanted:.2f} % was wanted.{reason}", picture)
    return "Clean, pulsed, clipped and turned down: all told apart."
