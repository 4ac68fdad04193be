"""A player's expression generator, taught alone: notes cost nothing beside sound, so it can see them many times.  Lesson 12."""

import keras
import numpy as np
import tensorflow as tf

_LOOK = 25              # steps between two looks at the held-out notes


def rehearse(player, performances, *, steps=400, learning_rate=3e-3, line=24, batch_size=16, seed=0):
    """Teaches how notes are played, after training.fit has taught everything together, and keeps the best on held-out notes.

    Few recordings have few notes, and after some hundred steps they are known by heart: what is kept is the step at which
    notes that are never taught were likeliest.

    Args:
      player: models.Player; its expression generator changes.
      performances: data.performed.Performances.
      steps: at most so many.
      learning_rate: of Adam.
      line: notes in a row.
      batch_size: lines in a step.
      seed: of the order and of what is forgotten.

    Returns:
      [(step, held-out loss in nats a note)], the first before anything was taught.

    Raises:
      ValueError: steps or line below 1.
    """
    if steps < 1 or line < 1:
        raise ValueError(f"steps={steps}, line={line} came; 1 or more were wanted (lesson 12).")
    generator = player.expression_generator
    adam = keras.optimizers.Adam(learning_rate, global_clipnorm=3.0)
    adam.build(generator.trainable_variables)
    heard, kept_back = (_lines(performances.tables[split], line) for split in ("train", "held_out"))
    random = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)

    @tf.function(autograph=False)
    def teach(notes, values):
        with tf.GradientTape() as tape:
            loss = _nats(generator, notes, values, training=True)
        adam.apply(tape.gradient(loss, generator.trainable_variables), generator.trainable_variables)

    look = tf.function(lambda: _nats(generator, *kept_back, training=False), autograph=False)
    history, best = [(0, float(look()))], generator.get_weights()
    for step in range(1, steps + 1):
        chosen = random.integers(0, len(heard[0]), batch_size)
        teach(*(values[chosen] for values in heard))
        if step % _LOOK == 0 or step == steps:
            loss = float(look())
            best = generator.get_weights() if loss < min(value for _, value in history) else best
            history.append((step, loss))
    generator.set_weights(best)
    return history


def _nats(generator, notes, values, training):
    """Negative log-likelihood of the controls of a note."""
    return -tf.reduce_mean(tf.reduce_sum(generator(notes, values, training=training).log_prob(values), -1))


def _lines(table, length):
    """Every row of `length` notes of one recording: features [lines, length, 8], expression [lines, length, 6]."""
    rows = []
    for recording in np.unique(table["note_recording"]):
        notes = np.flatnonzero(table["note_recording"] == recording)
        rows += [np.resize(notes[first:first + length], length) for first in range(max(1, len(notes) - length + 1))]
    return table["features"][rows], table["expression"][rows]
