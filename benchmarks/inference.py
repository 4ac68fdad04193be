"""A minute of one voice from pitch and loudness: speed on one core and peak memory, each model in its own process.

`python -m benchmarks.inference ours 60` is one such process: it prints {"seconds", "peak_mb"}.
"""

import json
import os
import resource
import subprocess
import sys
import time

from benchmarks.rows import Row

SECONDS, LONG_SECONDS = 60, 600


def measure(which, seconds):
    """Runs one model in a fresh process that may use one core."""
    one_core = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-m", "benchmarks.inference", which, str(seconds)], check=True, text=True,
                          capture_output=True, env={**os.environ, **one_core, "TF_CPP_MIN_LOG_LEVEL": "3"})
    return json.loads(done.stdout.splitlines()[-1])


def run():
    base = measure("nothing", 0)["peak_mb"]
    ours, plain = measure("ours", SECONDS), measure("textbook", SECONDS)
    longer = measure("ours", LONG_SECONDS)
    speed, memory = SECONDS / ours["seconds"], ours["peak_mb"] - base
    return [
        Row("60 s of one voice: ours, default model", speed, "x real time", ">=", 150),
        Row("60 s of one voice: textbook", SECONDS / plain["seconds"], "x real time"),
        Row("60 s of one voice: times faster", plain["seconds"] / ours["seconds"], "x"),
        Row("60 s: peak memory above TensorFlow's, ours", memory, "MB"),
        Row("60 s: peak memory above TensorFlow's, textbook", plain["peak_mb"] - base, "MB"),
        Row("10 min against 60 s: growth of peak memory, ours", longer["peak_mb"] - ours["peak_mb"], "MB", "<", 150),
    ]


def _play(which, seconds):
    """One process's work: play once to compile, then play and time."""
    import numpy as np
    import tensorflow as tf

    if which == "nothing":
        return {"seconds": 0.0}
    if which == "ours":
        from ddsp_helpers import models, streaming

        model = models.Autoencoder(models.ModelSpec())

        def play(length_s):
            frames = int(length_s * model.model_spec.synth.frame_rate)
            f0_hz = np.full(frames, 220.0, np.float32)
            return sum(np.asarray(block).size for block in streaming.render(model, f0_hz, np.full_like(f0_hz, -20.0)))
    else:
        from benchmarks.solo_instrument import FRAME_RATE, SoloInstrument

        plain = tf.function(SoloInstrument().call, reduce_retracing=True)

        def play(length_s):
            shape = [1, int(length_s * FRAME_RATE), 1]
            return plain({"f0_hz": tf.fill(shape, 220.0), "loudness_db": tf.fill(shape, -20.0)})["audio"].numpy().size

    play(8 if which == "ours" else seconds)
    start = time.perf_counter()
    play(seconds)
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    found = _play(sys.argv[1], float(sys.argv[2]))
    unit = 1024 ** 2 if sys.platform == "darwin" else 1024
    print(json.dumps({**found, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}))
