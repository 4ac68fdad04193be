"""Questions of lesson 12: learning to perform."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "A network learns the pitch of a violin by mean squared error, from many notes whose vibrato begins anywhere in its swing. What does it play?",
    (("A vibrato of the usual depth", False, "Which way would it swing at a given moment? Half of the recordings go up there, half down."),
     ("A straight line in the middle", True, "The mean of swings that begin anywhere is no swing: the safest guess, and no violin."),
     ("Noise around the note", False, "A mean is smooth; noise would cost more than a straight line.")))

RECAP = (
    Question(
        "What does teacher forcing give to the network at each frame of a training?",
        (("What the recording did one frame before", True, "So all frames are learned at once, each from a past that is true."),
         ("What the network itself played one frame before", False, "That is how it plays alone, step by step."),
         ("What the recording does at this frame", False, "Then it would copy, and learn nothing about going on."))),
    Question(
        "A density of 0.0127 a cent is the same as 1.27 a semitone. How do the log-likelihoods differ?",
        (("Not at all", False, "The logarithm of a density moves with its unit."),
         ("By log 100, 4.6 nats", True, "So compare nats only where the unit is the same."),
         ("By a factor of 100", False, "The density does; its logarithm gets a sum."))),
    Question(
        "Why are controls moved at random in training and measured in what is played?",
        (("To make more recordings", False, "No recording is made: there is nothing to compare the sound with."),
         ("So that each control does what its name says", True, "In recordings loud notes are bright too; only moved alone can a control be told apart."),
         ("To make training faster", False, "It costs a second pass through the network."))),
    Question(
        "The temperature of the pitch generator is 0. What is heard?",
        (("The same pitch each time, and a stiff one", True, "It follows one likeliest component from frame to frame; nothing is drawn."),
         ("Silence", False, "Level and colour come from another network."),
         ("A wild pitch", False, "That is what a temperature above 1 does."))),
)
