"""Questions of lesson 03, harmonic synthesis."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "A vibrato: `f = 440 + 5 * np.sin(2 * np.pi * 5 * t)`, then `np.sin(2 * np.pi * f * t)`. How does it sound after "
    "four seconds?",
    (
        ("As it does at the beginning: 5 Hz up and down.", False,
         "That is what f says. But the derivative of f(t) t is f(t) plus t times the change of f, and t has become 4."),
        ("Its swing has grown to hundreds of Hz.", True,
         "Four seconds times the change of f: 628 Hz up and down. You will hear it."),
        ("It is silent.", False, "A sine of anything finite is a sound, however odd."),
    ),
)

RECAP = (
    Question(
        "A frequency is 100 Hz for one second, then 200 Hz for another. What is the phase after both?",
        (
            ("400 turns", False, "That is 200 Hz times 2 s, f(t) t: as if it had been 200 Hz all the time."),
            ("300 turns", True, "100 in the first second and 200 in the second: the integral."),
            ("150 turns", False, "The mean frequency, but over two seconds it makes twice as many turns."),
        ),
    ),
    Question(
        "Why does a float32 sum of phases play out of tune after a minute, and not at once?",
        (
            ("The computer gets warm.", False, "Numbers do not drift; they are rounded the same way every time."),
            ("The larger the phase, the coarser the steps of a float.", True,
             "24 bits for everything: near 166 000 radians they are 1/64 apart, and each sum is rounded to them."),
            ("The errors are random and add up.", False,
             "Then it would drift by a hair. All steps of a steady tone are rounded in one direction."),
        ),
    ),
    Question(
        "All harmonics of a tone are made half as strong. What changes?",
        (
            ("The timbre.", False, "The shares stay the same, and they are the timbre."),
            ("The level, by 6 dB.", True, "The amplitude A is halved; the distribution c, whose sum is 1, stays."),
            ("The pitch, by an octave.", False, "Pitch follows f0, which nobody touched."),
        ),
    ),
    Question(
        "A tone of 900 Hz has 12 harmonics at a sample rate of 16 kHz. How many may sound?",
        (
            ("12", False, "The 12th would be at 10 800 Hz and fold to 5200 Hz."),
            ("8", True, "8 times 900 is 7200 Hz; the 9th, 8100 Hz, is above Nyquist."),
            ("17", False, "17 times 900 Hz lies below 16 kHz, but Nyquist is 8 kHz."),
        ),
    ),
)
