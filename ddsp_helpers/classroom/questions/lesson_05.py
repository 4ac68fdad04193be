"""Questions of lesson 05, gradients through sound."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "A synthesizer matches a note in everything but pitch: it plays a semitone too high. Gradient descent on a spectral loss may turn the pitch. Where does it end?",
    (
        ("At the right pitch: the loss is lowest there.", False,
         "It is lowest there, but from a semitone away no slope leads there. See the landscape."),
        ("Near where it began.", True, "It rolls into the next small hollow of the loss and stays."),
        ("It runs away to 0 Hz.", False, "The slope is small and changes its sign every few cents; it does not run far."),
    ),
)

RECAP = (
    Question(
        "The derivative of the loss with respect to a knob is -0.4. Which way does gradient descent turn it?",
        (
            ("Up.", True, "The loss falls when the knob rises; descent subtracts the derivative, and minus minus is plus."),
            ("Down.", False, "That would climb: descent goes against the sign of the derivative."),
            ("Not at all, the loss is negative.", False, "The derivative is negative, not the loss; only 0 would mean: stay."),
        ),
    ),
    Question(
        "x and -x: what do the mean squared error of samples and the spectral loss say?",
        (
            ("Both say 0.", False, "The samples differ by 2x each, which is four times the power of x."),
            ("Samples: four times the power of x. Spectra: 0.", True, "Magnitudes forget the sign, as ears do."),
            ("Samples: 0. Spectra: large.", False, "It is the other way round."),
        ),
    ),
    Question(
        "Fifty beats a second that die away, and the same played backwards. Which windows of the loss tell them apart?",
        (
            ("The long ones, because they see more.", False,
             "A window of 128 ms holds six beats; their spectrum has the same lines with the same strengths in either direction."),
            ("The short ones.", True, "A window of 4 ms lies within one beat and sees it swell or fade: over ten times the distance."),
            ("None: magnitudes know no time.", False, "Within a window that is true. But every window has its place."),
        ),
    ),
    Question(
        "An FM chain of four sines can sound as rich as 60 harmonics. Why did it match the violin less well?",
        (
            ("It has too few harmonics.", False, "Its partials reach as high; what it lacks is a knob for each of them."),
            ("One index moves many partials at once, up and down along Bessel functions.", True,
             "So not every spectrum can be set, and the loss over an index has many hollows."),
            ("TensorFlow has no gradient for it.", False, "It has: the tests compare it with finite differences."),
        ),
    ),
)
