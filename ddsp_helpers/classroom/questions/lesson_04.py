"""Questions of lesson 04, noise, filters, reverb."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "You convolve a voice with three seconds of white noise that dies away exponentially. What will you hear?",
    (
        ("A voice with hiss over it.", False,
         "That would be a sum. In a convolution the noise never sounds by itself: every sample of the voice starts its own copy of it."),
        ("A voice in a large hall.", True,
         "Thousands of echoes at random times are what a large room does; dying noise is their list."),
        ("A voice that repeats like an echo.", False, "One late click in the response would do that; noise has one at every sample."),
    ),
)

RECAP = (
    Question(
        "The spectrum of one window of white noise goes up and down by 10 dB and more. Is the generator broken?",
        (
            ("Yes: white means flat.", False, "Flat on average. In one window the power of a bin scatters as much as its mean."),
            ("No: only the mean over many windows is flat.", True, "The scatter of a mean of M windows falls with the square root of M."),
            ("Yes, unless the window was rectangular.", False, "No window makes one draw of random numbers smooth."),
        ),
    ),
    Question(
        "Why is the impulse response of a drawn filter multiplied by a window?",
        (
            ("To make the filter cheaper.", False, "It has as many samples with as without."),
            ("So that it leaks less between the bands.", True,
             "Cutting a response off leaves ripples and leaks; a smooth end trades them for a little smear at the edges."),
            ("So that it delays nothing.", False, "Symmetry around time 0 does that, with or without a window."),
        ),
    ),
    Question(
        "After RT60 the level has fallen by 60 dB. To which share has the amplitude fallen?",
        (
            ("1/60", False, "Decibels are logarithms; 60 of them are not a division by 60."),
            ("1/1000", True, "20 log10(1/1000) = -60 dB. The energy has fallen to a millionth."),
            ("1/1000000", False, "That is the energy: 10 log10 of a millionth is -60 dB. Amplitude is its square root."),
        ),
    ),
    Question(
        "A second of sound goes through a room of two seconds, at 16 kHz. How many samples does the result have?",
        (
            ("16000", False, "Then the ringing would be cut, or, in a transform of that length, wrapped to the beginning."),
            ("32000", False, "The last sample of the sound still has to ring for two seconds."),
            ("47999", True, "len(x) + len(h) - 1: the last sample starts the last copy of the response."),
        ),
    ),
)
