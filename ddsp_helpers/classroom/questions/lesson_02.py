"""Questions of lesson 02, spectra."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "The picture above looked at pieces of 64 ms. What will be sharper with pieces of 256 ms?",
    (
        ("The beginnings of the sounds.", False,
         "A piece of 256 ms cannot say when within it something happened: beginnings are smeared over a quarter of a "
         "second."),
        ("The stripes, in frequency.", True,
         "Four times longer pieces make peaks four times narrower, and onsets four times less sharp."),
        ("Everything: more samples, more detail.", False,
         "What is gained in frequency is lost in time; their product stays 4."),
    ),
)

RECAP = (
    Question(
        "A spectrum of 1024 samples at 16 kHz shows a peak in bin 64. Which frequency is that?",
        (
            ("64 Hz", False, "Only if the piece lasted exactly one second. Bins are 16000 / 1024 = 15.6 Hz apart."),
            ("1000 Hz", True, "64 times 16000 / 1024."),
            ("4096 Hz", False, "That is 64 squared; the distance between bins is 15.6 Hz."),
        ),
    ),
    Question(
        "Why does a sine between two bins show up in every bin of a spectrum without window?",
        (
            ("The converter was too coarse.", False,
             "Rounding makes a low, even floor (lesson 01), not one that falls away from the peak."),
            ("The cut-out piece begins and ends in mid-wave.", True,
             "Edges contain all frequencies; a window fades them away."),
            ("It aliases.", False, "It lies below Nyquist: nothing folds."),
        ),
    ),
    Question(
        "A bass sings at 80 Hz. How long must a Hann window be to show its partials apart, at 16 kHz?",
        (
            ("200 samples", False, "That is one period. A peak is then 320 Hz wide: four partials in one."),
            ("At least 800 samples", True,
             "Four periods: 4 times 16000 / 80. Then a peak is 80 Hz wide, as wide as the gap."),
            ("16000 samples", False, "That would do, but the melody is gone: one frame lasts a second."),
        ),
    ),
    Question(
        "In a spectrogram of singing, grey without stripes reaches from 3 to 8 kHz for 0.1 s. What is it?",
        (
            ("A consonant such as s", True, "Noise has no partials, so there is nothing to make stripes."),
            ("Vibrato", False, "Vibrato makes stripes that wave together."),
            ("A formant", False, "A formant makes some stripes brighter than others; it needs stripes to be seen."),
        ),
    ),
)
