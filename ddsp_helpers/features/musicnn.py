"""musicnn: a small network that tags music, read here for its opinion of how a sound sounds.

Pons, Serra, "musicnn: Pre-trained Convolutional Neural Networks for Music Audio Tagging", ISMIR late-breaking
2019; weights ISC, trained on MagnaTagATune.  Its last hidden layer (200 numbers for 3 s) is the space
in which `metrics.frechet_distance` compares two sets of sounds.  Lesson 17.
"""
import functools

import numpy as np

SAMPLE_RATE = 16000
WINDOW_S = 3.0               # 187 frames of 16 ms
TAGS = ("guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast", "piano",
        "ambient", "beat", "violin", "vocal", "synth", "female", "indian", "opera", "male", "singing",
        "vocals", "no vocals", "harpsichord", "loud", "quiet", "flute", "woman", "male vocal", "no vocal",
        "pop", "soft", "sitar", "solo", "man", "classic", "choir", "voice", "new age", "dance", "male voice",
        "female vocal", "beats", "harp", "cello", "no voice", "weird", "country", "metal",
        "female voice", "choral")
_FRAMES, _HOP, _FFT, _MELS = 187, 256, 512, 96
_BATCH = 16


def windows(audio, *, sample_rate, hop_s=1.0):
    """Log-mel pictures of 3 s windows of a sound.

    Args:
      audio: sound, [samples]; what is shorter than 3 s is repeated until it is as long.
      sample_rate: its rate, Hz.
      hop_s: seconds from one window to the next, above 0.

    Returns:
      log10(1 + 10000 power), [windows, 187, 96] float32.

    Raises:
      ValueError: audio is not [samples] of finite numbers, or hop_s is not above 0.
    """
    import librosa

    from ddsp_helpers.audio import resample

    if not hop_s > 0:
        raise ValueError(f"hop_s is {hop_s}; wanted seconds above 0. Lesson 17.")
    sound = resample(audio, from_hz=sample_rate, to_hz=SAMPLE_RATE)
    least = _FRAMES * _HOP
    sound = np.tile(sound, -(-least // len(sound)))[:max(least, len(sound))]
    mel = librosa.feature.melspectrogram(y=sound, sr=SAMPLE_RATE, n_fft=_FFT, hop_length=_HOP, n_mels=_MELS)
    picture = np.log10(1.0 + 10000.0 * mel.T).astype(np.float32)                       # [frames, 96]
    step = max(1, round(hop_s * SAMPLE_RATE / _HOP))
    return np.stack([picture[start:start + _FRAMES] for start in range(0, len(picture) - _FRAMES + 1, step)])


def embed(audio, *, sample_rate, hop_s=1.0):
    """What musicnn makes of each 3 s of a sound.

    Returns:
      (embedding [windows, 200], tags [windows, 50] from 0 to 1, named by TAGS), float32.
    """
    pictures = windows(audio, sample_rate=sample_rate, hop_s=hop_s)
    parts = [_network()(pictures[start:start + _BATCH]) for start in range(0, len(pictures), _BATCH)]
    return tuple(np.concatenate([np.asarray(part) for part in column]) for column in zip(*parts))


@functools.lru_cache(maxsize=1)
def _network():
    """The network as one TensorFlow function on [windows, 187, 96], with the published weights."""
    import tensorflow as tf

    from ddsp_helpers import assets

    index = next(assets.fetch("musicnn").rglob("MTT_musicnn/.index"))
    reader = tf.compat.v1.train.NewCheckpointReader(str(index).removesuffix(".index"))   # its name is empty
    weights = {name: tf.constant(reader.get_tensor(name)) for name in reader.get_variable_to_shape_map()
               if not name.endswith(("Adam", "Adam_1", "_power", "step"))}
    signature = [tf.TensorSpec([None, _FRAMES, _MELS], tf.float32)]
    return tf.function(functools.partial(_forward, Weights(weights)), input_signature=signature)


class Weights:
    """Layers by their number, in the order in which the published network made them."""

    def __init__(self, arrays):
        self.arrays = arrays

    def _get(self, layer, number, name):
        return self.arrays[f"{layer}_{number}/{name}" if number else f"{layer}/{name}"]

    def conv(self, x, number, padding="VALID"):
        """Convolution and ReLU."""
        import tensorflow as tf

        y = tf.nn.conv2d(x, self._get("conv2d", number, "kernel"), strides=1, padding=padding)
        return tf.nn.relu(y + self._get("conv2d", number, "bias"))

    def norm(self, x, number):
        """Batch normalisation with the statistics of training."""
        import tensorflow as tf

        gamma, beta, mean, variance = (self._get("batch_normalization", number, name)
                                       for name in ("gamma", "beta", "moving_mean", "moving_variance"))
        return (x - mean) * tf.math.rsqrt(variance + 1e-3) * gamma + beta

    def dense(self, x, number):
        """Matrix and bias."""
        return x @ self._get("dense", number, "kernel") + self._get("dense", number, "bias")


def _forward(layers, picture):
    """picture [b, 187, 96] -> (embedding [b, 200], tags [b, 50])."""
    import tensorflow as tf

    x = layers.norm(picture[..., None], 0)                                             # [b, 187, 96, 1]
    padded = tf.pad(x, [[0, 0], [3, 3], [0, 0], [0, 0]])
    timbral = [layers.norm(layers.conv(padded, n), n + 1) for n in (0, 1)]             # tall filters: timbre
    temporal = [layers.norm(layers.conv(x, n, "SAME"), n + 1) for n in (2, 3, 4)]      # wide filters: rhythm
    front = tf.concat([tf.reduce_max(y, axis=2) for y in timbral + temporal], axis=2)  # [b, 187, channels]
    middle, y = [front], front
    for n in (5, 6, 7):                                                            # two of three are residual
        padded = tf.pad(y, [[0, 0], [3, 3], [0, 0]])[..., None]
        out = layers.norm(layers.conv(padded, n), n + 1)[:, :, 0, :]                   # [b, 187, 64]
        y = out if n == 5 else out + y
        middle.append(y)
    features = tf.concat(middle, axis=2)                                               # [b, 187, channels]
    pooled = tf.stack([tf.reduce_max(features, axis=1), tf.reduce_mean(features, axis=1)], axis=2)
    flat = tf.reshape(pooled, [tf.shape(pooled)[0], pooled.shape[1] * 2])
    embedding = layers.norm(tf.nn.relu(layers.dense(layers.norm(flat, 9), 0)), 10)     # [b, 200]
    return embedding, tf.sigmoid(layers.dense(embedding, 1))
