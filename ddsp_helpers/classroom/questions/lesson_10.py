"""Questions of lesson 10: timbre transfer."""

from ddsp_helpers.classroom.quiz import Question

PREDICT = Question(
    "A singer holds an open *a* and then a closed *u* on the same note, equally loud. What will the violin do?",
    (("Change its timbre with the vowel", False, "Vowels are not among the two curves that it gets."),
     ("Play one note through both", True, "Pitch and loudness do not change, so nothing changes."),
     ("Stop between them", False, "Only if the loudness drops there.")))

RECAP = (
    Question(
        "Why is pitch shifted by whole octaves only?",
        (("So that the melody keeps its key", True, "An octave is the same note again."),
         ("Because models cannot play between", False, "They can; `pitch_shift_semitones` does it."),
         ("To save time", False, "Any factor costs the same."))),
    Question(
        "What does the quantile map keep?",
        (("The level in dB", False, "It is replaced."),
         ("What is louder than what", True, "The map never falls, so the order of loudness stays."),
         ("The mean", False, "The mean becomes the instrument's."))),
    Question(
        "The result chirps between the words. What helps first?",
        (("A longer training", False, "The model does what it is asked for."),
         ("A higher threshold", True, "The chirps are breaths that passed for notes."),
         ("More autotune", False, "It would put the chirps in tune."))),
    Question(
        "The tracker hears the result 1200 cents off for a moment. What happened?",
        (("An octave error", True, "Of the tracker on the voice or on the result: look at both curves."),
         ("The oscillator drifted", False, "Its phase is exact, and drift would be slow and small."),
         ("The loudness was wrong", False, "Loudness does not move pitch."))),
)
