"""Questions of lesson 07, a dataset."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "A model copies the most similar piece of its training sound. Windows of 4 s, one every second, are split at random into training "
    "and test. How will the copyist score?",
    (
        ("Badly: copying is not learning.", False,
         "It is not, but this test cannot tell: most samples of each test window lie in a neighbouring training window too."),
        ("Almost perfectly.", True, "Each test window overlaps windows that it has memorised. *Break it on purpose* measures it."),
        ("Like guessing.", False, "Guessing would be the score if the sounds had nothing in common; they share their samples."),
    ),
)

RECAP = (
    Question(
        "You have ten takes of each of twenty songs. What stays together in the split?",
        (
            ("Nothing: 200 recordings, drawn at random.", False, "Then every song, and often the very phrase, is on both sides."),
            ("All takes of one song.", True, "So the test asks about melodies that training has not heard."),
            ("The first five takes and the last five.", False, "Each song would be on both sides, in another take."),
        ),
    ),
    Question(
        "A file is called C3.wav and sounds C4. What should a dataset do?",
        (
            ("Believe the name.", False, "Then f0 is an octave wrong for every frame of it, and the model learns it."),
            ("Believe the measured pitch.", True, "The sound is the truth; the name is a remark about it."),
            ("Transpose the sound to C3.", False, "That would invent a note that nobody played."),
        ),
    ),
    Question(
        "Which recording is worth most to a violin model?",
        (
            ("An hour of a string quartet", False, "Four instruments at once: no single pitch, no single timbre."),
            ("Ten minutes of one violin in a dry room, soft and loud", True, "One voice, its whole range, its dynamics, little room."),
            ("Ten minutes of long notes at one loudness", False, "Usable, but it cannot learn what changes between piano and forte."),
        ),
    ),
    Question(
        "A warning says: clipped in 12 places. What helps?",
        (
            ("Turn the file down by 10 dB.", False, "The flat tops stay flat, only lower."),
            ("Record again with 10 dB less gain.", True, "What was cut off is not in the file any more."),
            ("Normalise it to 0 dB.", False, "It already touches the top; nothing comes back."),
        ),
    ),
)
