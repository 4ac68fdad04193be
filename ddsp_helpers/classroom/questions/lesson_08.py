"""Questions of lesson 08, the autoencoder."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "You send a sung phrase through the violin's autoencoder. What survives of the singer?",
    (
        ("The words", False, "Vowels are a spectrum, and the spectrum is not among the two curves."),
        ("The melody and its dynamics", True, "Pitch and loudness are all that passes. The rest is what the decoder learned from a violin."),
        ("The voice, a little muffled", False, "That would need the spectrum; the decoder has only ever heard a violin."),
    ),
)

RECAP = (
    Question(
        "Which part has learned that it is a violin?",
        (
            ("The encoder", False, "It scales pitch and loudness by fixed formulas."),
            ("The decoder", True, "Its weights turn two numbers into 166; another instrument has other weights."),
            ("The harmonic synthesizer", False, "It adds sines for any instrument alike."),
        ),
    ),
    Question(
        "`harmonic_distribution` is [1, 200, 100]. What do its 100 numbers of one frame sum to?",
        (
            ("100", False, "They are shares, not amplitudes of size one."),
            ("The amplitude", False, "The amplitude is multiplied in afterwards."),
            ("1", True, "Shares of one whole; harmonics above half the sample rate have share 0."),
        ),
    ),
    Question(
        "Why exp_sigmoid instead of letting the network output amplitudes directly?",
        (
            ("Amplitudes must stay above zero, and ears hear ratios: equal steps of the output are nearly equal steps in dB.", True,
             "And it is smooth, so a gradient always exists, and it cannot exceed 2."),
            ("It makes training data unnecessary.", False, "Nothing does."),
            ("It removes harmonics above half the sample rate.", False, "That is done in the normalisation of the shares."),
        ),
    ),
    Question(
        "What would happen to the sound if `f0_hz` went to the synthesizer an octave higher than to the decoder?",
        (
            ("The timbre of a low note at a high pitch", True,
             "The decoder chooses shares for the pitch that it reads; the synthesizer plays the pitch that it is given."),
            ("Nothing", False, "The synthesizer would play an octave higher."),
            ("An error", False, "The shapes still fit; only the meaning does not."),
        ),
    ),
)
