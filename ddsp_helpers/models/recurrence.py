"""The two recurrences of the decoders, with gradients that are collected outside their loops.

A loop over time is slow twice: in the steps themselves and in their gradient, where a naive backward pass adds a whole
weight matrix once a frame.  Here only what must be sequential is in a loop; everything else is one matrix product
over all frames.
"""

import tensorflow as tf

from ddsp_helpers.dsp.kernels import compiled

_BUCKETS = (1, 8, 32, 128)  # lengths that kernels are compiled for outside of training; beyond: multiples of 256


def bucket(n_frames):
    """The compiled length for n_frames, so that a sound of any length finds a kernel that is ready.

    >>> [bucket(n) for n in (1, 5, 100, 300)]
    [1, 8, 128, 512]
    """
    for length in _BUCKETS:
        if n_frames <= length:
            return length
    return -(-n_frames // 256) * 256


def gru(projected, initial_state, recurrent_kernel, recurrent_bias):
    """A gated recurrent unit over all frames (Cho et al., 2014, in the form with the reset gate after the product).

    z = sigmoid(x_z + h U_z + b_z),  r = sigmoid(x_r + h U_r + b_r),  c = tanh(x_h + r (h U_h + b_h)),
    h <- z h + (1 - z) c.  Lesson 08 runs it by hand.

    Args:
      projected: inputs after their matrix and bias, [batch, frames, 3 units], in the order z, r, h.
      initial_state: h before the first frame, [batch, units].
      recurrent_kernel: U, [units, 3 units].
      recurrent_bias: b, [3 units].

    Returns:
      h after every frame, [batch, frames, units].

    Raises:
      ValueError: the sizes do not fit together.

    >>> gru(tf.zeros([1, 4, 6]), tf.ones([1, 2]), tf.zeros([2, 6]), tf.zeros([6])).numpy()[0, :, 0].tolist()
    [0.5, 0.25, 0.125, 0.0625]
    """
    units = recurrent_kernel.shape[0]
    if projected.shape.rank != 3 or projected.shape[-1] != 3 * units:
        raise ValueError(
            f"gru: projected came with shape {tuple(projected.shape)}; [batch, frames, {3 * units}] was wanted, three "
            f"gates of {units} units (lesson 08)."
        )
    n_frames = tf.shape(projected)[1]
    if tf.executing_eagerly():  # the training graph has one fixed length, a listener has many
        padding = bucket(projected.shape[1]) - projected.shape[1]
        projected = tf.pad(projected, [[0, 0], [0, padding], [0, 0]])
    states = _gru(projected, initial_state, recurrent_kernel, recurrent_bias, n_frames)
    return states[:, :n_frames]


@tf.custom_gradient
def _gru(projected, initial_state, kernel, bias, n_frames):
    """gru with its own gradient; frames from n_frames on are padding."""
    # stop_gradient: outside of graphs a tape would otherwise record the loop as well.
    constants = [tf.stop_gradient(tensor) for tensor in (projected, initial_state, kernel, bias)]
    states, *kept = _gru_forward(*constants, n_frames)

    def gradient(upstream):
        return (*_gru_backward(kernel, n_frames, *kept, upstream), None)

    return states, gradient


@compiled(one_shape=True)
def _gru_forward(projected, initial_state, kernel, bias, n_frames):
    """States after every frame, [batch, frames, units]; for the gradient, by frames, the states before and the gates."""
    x = tf.transpose(projected, [1, 0, 2])                                     # [frames, batch, 3 units]
    frames, units = tf.shape(x)[0], kernel.shape[0]

    def step(t, h, states, gates):
        xz, xr, xh = tf.split(x[t], 3, axis=-1)
        hz, hr, hh = tf.split(h @ kernel + bias, 3, axis=-1)
        z, r = tf.sigmoid(xz + hz), tf.sigmoid(xr + hr)
        c = tf.tanh(xh + r * hh)
        h = z * h + (1.0 - z) * c
        return t + 1, h, states.write(t, h), gates.write(t, tf.concat([z, r, c, hh], axis=-1))

    arrays = [tf.TensorArray(tf.float32, frames, element_shape=[initial_state.shape[0], n * units]) for n in (1, 4)]
    _, _, states, gates = tf.while_loop(lambda t, *_: t < n_frames, step, (tf.constant(0), initial_state, *arrays))
    states = states.stack()
    return tf.transpose(states, [1, 0, 2]), tf.concat([initial_state[None], states[:-1]], axis=0), gates.stack()


@compiled(one_shape=True)
def _gru_backward(kernel, n_frames, before, gates, upstream):
    """Gradients for projected, initial_state, kernel and bias; those of the weights in one product over all frames."""
    upstream, transposed = tf.transpose(upstream, [1, 0, 2]), tf.transpose(kernel)
    (frames, batch, _), units = tf.unstack(tf.shape(before)), kernel.shape[0]

    def step(t, dh, d_recurrent, d_candidate):
        dh += upstream[t]
        z, r, c, hh = tf.split(gates[t], 4, axis=-1)
        dz = dh * (before[t] - c) * z * (1.0 - z)
        dc = dh * (1.0 - z) * (1.0 - c * c)
        dr = dc * hh * r * (1.0 - r)
        d = tf.concat([dz, dr, dc * r], axis=-1)
        return t - 1, dh * z + d @ transposed, d_recurrent.write(t, d), d_candidate.write(t, dc)

    arrays = [tf.TensorArray(tf.float32, frames, element_shape=[before.shape[1], n * units]) for n in (3, 1)]
    _, d_initial, d_recurrent, d_candidate = tf.while_loop(
        lambda t, *_: t >= 0, step, (n_frames - 1, tf.zeros([batch, units]), *arrays))
    d_recurrent = d_recurrent.stack()
    d_projected = tf.concat([d_recurrent[..., :2 * units], d_candidate.stack()], axis=-1)
    flat = tf.reshape(d_recurrent, [-1, 3 * units])
    d_kernel = tf.matmul(tf.reshape(before, [-1, units]), flat, transpose_a=True)
    return tf.transpose(d_projected, [1, 0, 2]), d_initial, d_kernel, tf.reduce_sum(flat, axis=0)


def linear_recurrence(decay, drive, initial_state):
    """h_t = decay_t h_{t-1} + drive_t for all frames, one compiled loop that touches every number once.

    Nothing is divided, so it is stable for any decay in [0, 1].  A scan in log2(frames) passes over the whole tensor
    (Hillis and Steele, 1986) gives the same; it needs many processors to be quicker.  Lesson 13 draws its passes.

    Args:
      decay: [batch, frames, units], 0 to 1.
      drive: [batch, frames, units].
      initial_state: h before the first frame, [batch, units].

    Returns:
      h after every frame, [batch, frames, units].

    >>> linear_recurrence(tf.fill([1, 3, 1], 0.5), tf.ones([1, 3, 1]), tf.zeros([1, 1])).numpy()[0, :, 0].tolist()
    [1.0, 1.5, 1.75]
    """
    first = drive[:, :1] + decay[:, :1] * initial_state[:, None]
    drive = tf.concat([first, drive[:, 1:]], axis=1)
    n_frames = tf.shape(drive)[1]
    if tf.executing_eagerly():  # as in gru
        padding = [[0, 0], [0, bucket(drive.shape[1]) - drive.shape[1]], [0, 0]]
        decay, drive = tf.pad(decay, padding), tf.pad(drive, padding)
    return _linear_recurrence(decay, drive)[:, :n_frames]


@tf.custom_gradient
def _linear_recurrence(decay, drive):
    """The recurrence from h = 0.  Its gradient is the same recurrence, backwards in time."""
    states = _loop(tf.stop_gradient(decay), tf.stop_gradient(drive))

    def gradient(upstream):
        following = tf.concat([decay[:, 1:], tf.zeros_like(decay[:, :1])], axis=1)
        d_drive = _loop(following, upstream, True)
        before = tf.concat([tf.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
        return d_drive * before, d_drive

    return states, gradient


@compiled(one_shape=True)
def _loop(decay, drive, backwards=False):
    """h <- decay_t h + drive_t from h = 0, from the first frame on or from the last one back."""
    a, b = tf.transpose(decay, [1, 0, 2]), tf.transpose(drive, [1, 0, 2])      # [frames, batch, units]
    n_frames = tf.shape(b)[0]
    out = tf.TensorArray(tf.float32, n_frames, element_shape=b.shape[1:])

    def step(i, h, out):
        t = n_frames - 1 - i if backwards else i
        h = a[t] * h + b[t]
        return i + 1, h, out.write(t, h)

    _, _, out = tf.while_loop(lambda i, h, out: i < n_frames, step, (tf.constant(0), tf.zeros_like(b[0]), out))
    return tf.transpose(out.stack(), [1, 0, 2])
