"""Questions of lesson 00, start here."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "What would change in the violin if the singer sang the same tune, as loud, with other words?",
    (
        ("Very little", True, "The violin is told pitch and loudness only. Consonants interrupt both for a moment; vowels hardly touch them."),
        ("The violin would play another tune.", False, "The tune is the pitch, and that stays."),
        ("The violin would sound like another violin.", False, "Its timbre comes from the weights of the model, not from the singer."),
    ),
)

RECAP = (
    Question(
        "Sound B is the same as sound A, but 6 dB louder. Which one do most people prefer?",
        (
            ("A", False, "Softer sounds seem duller, because ears hear bass and treble less well at low level."),
            ("B", True, "Louder seems better. That is why a fair comparison matches levels first."),
            ("Neither: it is the same sound.", False, "It is, and most people still prefer the louder one."),
        ),
    ),
    Question(
        "Halving the amplitude of a sound changes its level by about",
        (
            ("−3 dB", False, "That is half the power. Half the amplitude is a quarter of the power."),
            ("−6 dB", True, "20 log10(1/2) = −6.02 dB."),
            ("−50 dB", False, "That would be an amplitude of one three-hundredth."),
        ),
    ),
    Question(
        "How many numbers a second does the violin model receive?",
        (
            ("16000", False, "That is how many samples it produces, each second."),
            ("100", True, "Pitch and loudness, fifty times a second."),
            ("2", False, "Two at a time, but fifty times a second."),
        ),
    ),
    Question(
        "Why does the violin sound odd an octave below the singer?",
        (
            ("The computer is too slow.", False, "It takes as long as in the right octave."),
            ("The model has never heard such notes.", True, "It must guess, and it guesses without saying so."),
            ("Low notes are always quieter.", False, "The loudness it was asked for is the same."),
        ),
    ),
)
