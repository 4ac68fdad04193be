"""Questions of lesson 09: training."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "Before its training a network gets the pitch and loudness of a violin. What does it already play right?",
    (("The pitch", True, "Pitch goes straight to the oscillators: it is right before the first step."),
     ("The timbre", False, "Which harmonics are strong and how much bow is heard: that is what the weights decide."),
     ("The rhythm", False, "When notes begin and end is in the loudness, and only trained weights make an amplitude of it: "
                           "hear how the untrained one hums on, equally loud."),
     ("Nothing", False, "The synthesizers already turn pitch into a tone at that pitch.")))

RECAP = (
    Question(
        "Training loss falls, held-out loss rises. What happens?",
        (("The learning rate is too small", False, "Then both would fall slowly."),
         ("The network learns the recordings by heart", True, "Overfitting: it gets better only at what it has heard."),
         ("The held-out recordings are broken", False, "Possible, but they would be bad from the beginning."))),
    Question(
        "Why is the split made by recording, not by window?",
        (("Windows of one recording overlap and resemble each other", True,
          "A split by window lets the network see its exam: held-out figures would be too good."),
         ("Recordings have different lengths", False, "They may; that does not matter here."),
         ("It is quicker", False, "It takes the same time."))),
    Question(
        "Why are several window lengths compared?",
        (("To make the loss larger", False, "Its size does not matter, only its slope."),
         ("Long windows see pitch, short ones see attacks", True, "One length is always blurred in time or in frequency."),
         ("Because the sample rate may differ", False, "Both sounds have the same one."))),
    Question(
        "A training was killed after three of ten minutes. What do you do?",
        (("Start again", False, "Nothing is lost: the last state is on disk."),
         ("Call `fit` again with the same folder", True, "It reads the last state and trains for the seven minutes left."),
         ("Use the last weights as they are", False, "You may, but seven minutes would make them better."))),
)
