"""Questions of lesson 06, pitch and loudness."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "A tracker listens to one second of a whispered word. What will it answer?",
    (
        ("Nothing: there is no pitch in a whisper.", False,
         "There is none, but a tracker that must name the likeliest of 360 pitches cannot stay silent. See *Break it on purpose*."),
        ("50 pitches, each with a low confidence.", True,
         "It always answers, 50 times a second; only the confidence tells you not to listen."),
        ("An error message.", False, "Nothing is wrong with the samples, so nothing stops it."),
    ),
)

RECAP = (
    Question(
        "A track shows 220 Hz, then 110 Hz for ten frames, then 220 Hz. The voice held its note. What happened?",
        (
            ("The loudness fell.", False, "Loudness does not move pitch; it would have lowered the confidence at most."),
            ("An octave error.", True, "A wave of period T also repeats after 2T, and for ten frames that peak won."),
            ("The sample rate was halved.", False, "That would move every frame, not ten of them."),
        ),
    ),
    Question(
        "How far apart are 440 Hz and 466.16 Hz?",
        (
            ("26 cents", False, "That is the difference in Hz. Cents count ratios: 1200 log2(466.16 / 440)."),
            ("100 cents", True, "A factor of 2^(1/12), one semitone."),
            ("1200 cents", False, "That is an octave, a factor of two."),
        ),
    ),
    Question(
        "A 60 Hz hum and a 2 kHz whistle have the same RMS level. Which has more loudness here?",
        (
            ("The hum", False, "A-weighting takes some 26 dB off at 60 Hz."),
            ("Both the same", False, "The same level, yes; loudness weights by frequency first."),
            ("The whistle", True, "Ears, and the A-weighting that imitates them, are most sensitive at some kHz."),
        ),
    ),
    Question(
        "How many numbers a second describe a voice by f0 and loudness at 50 frames a second?",
        (
            ("100", True, "Two for each frame, instead of 16000 samples: 160 times fewer. The rest is what an instrument must add."),
            ("50", False, "One for each frame would be pitch only."),
            ("16000", False, "That is the number of samples."),
        ),
    ),
)
