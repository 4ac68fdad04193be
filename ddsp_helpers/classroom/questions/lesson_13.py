"""Questions of lesson 13: real time."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "An infinitely fast computer plays a violin from your voice, in blocks of a single sample. How late is the violin?",
    (("Not at all", False, "To name a pitch it must hear at least two periods of it, and no computer hears them before they are sung."),
     ("As late as its computations take", False, "Those take no time here. What is left has to be *waited* for: sound that is not there yet."),
     ("Half an analysis window and one control frame", True, "The pitch is that of the window's middle, and controls glide "
      "towards the next frame. A faster computer only makes the blocks smaller.")))

RECAP = (
    Question(
        "The same block of 256 samples, at 48 instead of 16 kHz: what becomes of the latency?",
        (("It stays", False, "256 samples at 48 kHz last a third of the time."),
         ("The part of the blocks falls to a third, the rest stays", True, "Window and frame are times, 32 and 20 ms at any rate; a block is a number of samples."),
         ("All of it falls to a third", False, "The tracker needs two periods of the lowest voice, and those last as long at any rate."))),
    Question(
        "A network normalises each channel over all frames of a recording. Why can it not play live?",
        (("It is too slow", False, "A mean is quick. The trouble is *what* it is the mean of."),
         ("The first frame's output needs the last frame's input", True, "It looks into the future: in training nobody notices, on stage the future is missing."),
         ("Normalisation changes the pitch", False, "Pitch does not pass through the network at all."))),
    Question(
        "Why can a minGRU compute all frames of a training together, and a GRU cannot?",
        (("Its gates look at the input only, not at the state before", True, "So each step is h -> a h + b with a and b known beforehand, and such steps combine in any grouping."),
         ("It has fewer weights", False, "A loop stays a loop, however few weights there are in it."),
         ("It has no state", False, "It has one, and streams with it like the GRU."))),
    Question(
        "Live there are clicks, fifteen a second, and no block is late. What do you suspect?",
        (("The computer is too slow", False, "Then blocks would be late."),
         ("A state that is not carried from block to block", True, "A jump at every edge: a phase, a filter's past or a room's tail that begins anew."),
         ("The latency is too large", False, "A late sound is late and smooth."))),
)
