"""A dataset of plain tones that is made in memory, and a program that trains on it in a process of its own."""

import sys

import numpy as np

from ddsp_helpers import SynthSpec

SMALL = SynthSpec(sample_rate=4000, frame_rate=50, n_harmonics=6, n_noise_bands=9)


class Tones:
    """What training asks of a dataset: spec, statistics, train, held_out."""

    statistics = None

    def __init__(self, spec=SMALL, *, n_held_out=4, broken=False):
        self.spec, self.n_held_out, self.broken = spec, n_held_out, broken

    def _windows(self, count, seconds, seed):
        rng = np.random.default_rng(seed)
        frames = round(seconds * self.spec.frame_rate)
        f0_hz = np.repeat(rng.uniform(200, 400, [count, 1, 1]), frames, axis=1)
        loudness_db = np.repeat(rng.uniform(-40, -10, [count, 1, 1]), frames, axis=1)
        t = np.arange(frames * self.spec.hop) / self.spec.sample_rate
        audio = sum(np.sin(2 * np.pi * k * f0_hz[:, 0] * t) / k for k in (1, 2, 3)) * 10 ** (loudness_db[:, 0] / 20)
        if self.broken:
            audio = audio * np.nan
        arrays = {"audio": audio, "f0_hz": f0_hz, "f0_confidence": f0_hz * 0 + 1, "loudness_db": loudness_db}
        return {name: values.astype(np.float32) for name, values in arrays.items()}

    def train(self, batch_size=16, *, seconds=None, seed=0):
        import tensorflow as tf

        windows = tf.data.Dataset.from_tensor_slices(self._windows(16, seconds or 1.0, seed % 2**31))
        return windows.repeat().batch(batch_size, drop_remainder=True)

    def held_out(self, batch_size=16, *, seconds=None):
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices(self._windows(self.n_held_out, 1.0, 99)).batch(batch_size)


def main(out, steps, distribute):
    """Trains a tiny instrument; prints the step it begins and ends with."""
    import tensorflow as tf

    if distribute == "mirrored":
        halves = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], halves)
    from ddsp_helpers import training
    from ddsp_helpers.models.model_spec import ModelSpec

    history = training.fit(
        ModelSpec(SMALL, decoder="cnn", width=4), Tones(), out=out, steps=steps, batch_size=4, seconds=0.5,
        evaluate_every_s=1.0, save_every_s=0.2, patience=None, progress=False,
        distribute=None if distribute == "none" else distribute)
    print(f"finished at step {history.step} with {history.best_loss:.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
