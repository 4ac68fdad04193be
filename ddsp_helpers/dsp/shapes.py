"""Argument checks that say what came, what was wanted and which lesson explains it."""

import tensorflow as tf


def as_frames(x, *, channels=None, name="x", lesson="03"):
    """Checks that x is a control [batch, frames, channels] and gives it back as a floating-point tensor.

    Args:
      x: anything TensorFlow reads, [batch, frames, channels].
      channels: how many channels are wanted; None for any number.
      name: the argument's name, for the message.
      lesson: the lesson that explains the shape.

    Returns:
      A float32 tensor (float64 stays float64), [batch, frames, channels].

    Raises:
      ValueError: another number of axes or channels came.

    >>> as_frames([[[110.0]]], channels=1).shape.as_list()
    [1, 1, 1]
    """
    x = as_float(x)
    wanted = f"[batch, frames, {'channels' if channels is None else channels}]"
    if x.shape.rank != 3 or (channels is not None and x.shape[-1] not in (None, channels)):
        raise ValueError(f"{name} came with shape {list(x.shape)}; {wanted} was wanted (lesson {lesson}).")
    return x


def as_audio(x, *, name="audio", lesson="01"):
    """Checks that x is audio [batch, samples] and gives it back as a floating-point tensor.

    Raises:
      ValueError: another number of axes came.

    >>> as_audio([[0.0, 1.0]]).shape.as_list()
    [1, 2]
    """
    x = as_float(x)
    if x.shape.rank != 2:
        raise ValueError(
            f"{name} came with shape {list(x.shape)}; [batch, samples] was wanted (lesson {lesson})."
        )
    return x


def as_float(x):
    """x as a float32 tensor; float64 tensors stay as precise as they are."""
    if tf.is_tensor(x) or isinstance(x, tf.Variable):
        x = tf.convert_to_tensor(x)
        return x if x.dtype in (tf.float32, tf.float64) else tf.cast(x, tf.float32)
    return tf.cast(tf.convert_to_tensor(x), tf.float32)


def at_least(minimum, **named):
    """Checks that one whole number given by name is large enough, and gives it back.

    Raises:
      ValueError: it is smaller, or not a whole number.

    >>> at_least(1, n_harmonics=3)
    3
    """
    (name, value), = named.items()
    if value != int(value) or value < minimum:
        raise ValueError(f"{name} came as {value!r}; a whole number of at least {minimum} was wanted.")
    return int(value)


def same_frames(**controls):
    """Checks that controls [batch, frames, channels] share their batch and frame axes.

    Raises:
      ValueError: two of them differ; the message names both.
    """
    (first_name, first), *others = controls.items()
    for name, control in others:
        for axis, word in ((0, "batch"), (1, "frames")):
            a, b = first.shape[axis], control.shape[axis]
            if a is not None and b is not None and a != b:
                raise ValueError(
                    f"{first_name} has {word} = {a} but {name} has {word} = {b}; "
                    "the same number was wanted (lesson 03)."
                )


def frame_after(next_frame, *controls):
    """The frame after the last of each control, [batch, 1, channels]: the one that came, or for None the last again.

    Raises:
      ValueError: another number of controls came, or one of another shape.

    >>> [x.numpy().tolist() for x in frame_after(None, tf.constant([[[1.0], [2.0]]]))]
    [[[[2.0]]]]
    """
    if next_frame is None:
        return [control[:, -1:] for control in controls]
    came = [tf.cast(as_float(x), control.dtype) for x, control in zip(next_frame, controls)]
    wanted = [[control.shape[0], 1, control.shape[2]] for control in controls]
    if len(next_frame) != len(controls) or not all(x.shape.is_compatible_with(y) for x, y in zip(came, wanted)):
        raise ValueError(f"next_frame came with shapes {[x.shape.as_list() for x in came]} of {len(next_frame)} "
                         f"controls; {wanted} were wanted, one frame of each of {len(controls)} (lesson 13).")
    return came


def sizes(x):
    """The lengths of all axes of x: numbers where they are known, scalar tensors where they are not.

    >>> sizes(tf.zeros([2, 3]))
    [2, 3]
    """
    dynamic = tf.shape(x) if None in x.shape.as_list() else x.shape
    return [dynamic[axis] if size is None else size for axis, size in enumerate(x.shape.as_list())]
