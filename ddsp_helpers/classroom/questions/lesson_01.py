"""Questions of lesson 01, sound as numbers."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "A tone glides from 0 to 16 kHz, without a stop, and is written down 8000 times a second. What does the list play?",
    (
        ("It rises to 4 kHz and is silent from there on.", False,
         "Only if a filter takes away what is above 4 kHz before the list is made. Here there is none."),
        ("It rises to 16 kHz.", False,
         "A list at 8 kHz has no room for that: above 4 kHz two samples a period are not left."),
        ("It rises to 4 kHz, falls to 0, rises and falls again.", True,
         "Above half the sample rate the tone passes through the points of a lower one: it folds back. Listen to it "
         "below."),
    ),
)

RECAP = (
    Question(
        "A 10 kHz tone is sampled at 16 kHz without a filter. What is heard?",
        (
            ("6 kHz", True, "|10 - 16 round(10/16)| = 6 kHz: what lies 2 kHz above Nyquist comes out 2 kHz below."),
            ("2 kHz", False, "That is how far it lies above Nyquist, 8 kHz; folded, it lies that far below Nyquist."),
            ("Nothing", False, "Without a filter it is in the file, at a wrong frequency."),
        ),
    ),
    Question(
        "Two singers of the same level sing together. By how much does the level rise?",
        (
            ("6.02 dB", False, "Only for two equal waves in step; two singers are unrelated."),
            ("3.01 dB", True, "The product of unrelated sounds averages out: the mean squares add, twice the power."),
            ("It doubles, from -20 to -40 dB", False,
             "Decibels of two sounds are never added; and -40 dB would be softer."),
        ),
    ),
    Question(
        "A recording peaks at -40 dB instead of 0 dB in a 16-bit file. How many bits are at work?",
        (
            ("16", False, "The upper bits are never used: the wave does not reach them."),
            ("About 9", True, "40 dB are 40 / 6.02 = 6.6 bits lost. Its SNR is about 40 dB worse too."),
            ("About 14", False, "Each bit is worth 6 dB, not 20."),
        ),
    ),
    Question(
        "You tune a string against 220 Hz and hear four beats in two seconds. How far off is it?",
        (
            ("2 Hz", True, "Beats come |f1 - f2| times a second; whether above or below they do not tell."),
            ("4 Hz", False, "Four beats in two seconds are two a second."),
            ("1 Hz", False,
             "The cosine in the formula has half the difference, but the ear hears its size: two beats a period."),
        ),
    ),
)
