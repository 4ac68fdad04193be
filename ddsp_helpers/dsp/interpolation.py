"""From control rate to audio rate: values between control frames."""

import math

import tensorflow as tf

from ddsp_helpers.dsp import shapes

METHODS = ("linear", "hann")


def ramp(hop, method="linear"):
    """Weight of the next frame at each sample between two frames, from 0 towards 1.

    linear  u = t / hop;  hann  u = (1 - cos(pi t / hop)) / 2;  t = 0 ... hop - 1.

    Args:
      hop: samples from one control frame to the next, at least 1.
      method: "linear" or "hann".

    Returns:
      Weights, [hop], float32.

    Raises:
      ValueError: an unknown method, or hop < 1.

    >>> ramp(4).numpy().tolist()
    [0.0, 0.25, 0.5, 0.75]
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r} came; one of {METHODS} was wanted (lesson 03).")
    u = tf.range(shapes.at_least(1, hop=hop), dtype=tf.float32) / float(hop)
    return u if method == "linear" else 0.5 - 0.5 * tf.cos(math.pi * u)


def upsample(x, hop, method="linear", *, next_frame=None):
    """Control frames to one value per sample.

    Frame n sits at sample n * hop; sample n * hop + t is (1 - u(t)) x_n + u(t) x_{n+1} with the ramp u of the
    method; the last frame is held.  "hann" is the same as overlap-adding Hann windows of two hops.  Lesson 03
    hears the difference.

    Args:
      x: controls, [batch, frames, channels].
      hop: samples from one control frame to the next, at least 1.
      method: "linear" (for frequencies) or "hann" (for amplitudes).
      next_frame: the frame after the last, [batch, 1, channels], where a longer control track was cut into
        pieces.

    Returns:
      Values, [batch, frames * hop, channels].

    Raises:
      ValueError: x or next_frame has another shape, an unknown method, or hop < 1.

    >>> upsample([[[0.0], [1.0]]], 4).numpy()[0, :, 0].tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0]
    """
    x = shapes.as_frames(x, name="x")                                              # [batch, frames, channels]
    u = tf.cast(ramp(hop, method), x.dtype)[:, tf.newaxis]                         # [hop, 1]
    last, = shapes.frame_after(None if next_frame is None else [next_frame], x)
    step = tf.concat([x[:, 1:], last], axis=1) - x                                 # [batch, frames, channels]
    y = x[:, :, tf.newaxis] + u * step[:, :, tf.newaxis]                      # [batch, frames, hop, channels]
    batch, frames, channels = shapes.sizes(x)
    return tf.reshape(y, [batch, frames * hop, channels])
