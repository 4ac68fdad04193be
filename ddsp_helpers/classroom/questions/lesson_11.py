"""Questions of lesson 11: notes to sound."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "The same table is played twice, with two seeds. What will differ?",
    (("The melody", False, "The notes are given, and so are the six numbers of each."),
     ("The curve of the pitch, by some cents", True, "It alone is drawn at random; level and colour follow it."),
     ("Nothing: a computer does the same every time", False, "With the same seed it does.")))

RECAP = (
    Question(
        "The `volume` of a note goes from 1.0 to 1.1. How much louder does it get?",
        (("By a tenth", False, "It is a logarithm: see its formula."),
         ("By 6 dB", True, "0.1 times 60: twice the amplitude."),
         ("By 60 dB", False, "That would be a step of 1."))),
    Question(
        "Which level decides that a note has a wide vibrato?",
        (("The expression generator", True, "It writes the number, unless you do; the pitch generator carries it out."),
         ("The synthesizers", False, "They play any pitch that they are given."),
         ("The score", False, "It says which note, when and how long."))),
    Question(
        "A recording is measured, and played again from its expression table. What is lost?",
        (("Which notes are loud", False, "`volume` keeps that."),
         ("The melody", False, "Pitch, onset and length are in every row."),
         ("What moved within each note, beyond six numbers", True, "The player makes up a course that fits them."))),
    Question(
        "How do you find out whether a player does what the table says?",
        (("Its loss was small in training", False, "The loss can be small while one control is ignored."),
         ("Measure what it played by the same formulas", True, "That is why they are defined by what can be measured."),
         ("Read its weights", False, "Nobody can."))),
)
