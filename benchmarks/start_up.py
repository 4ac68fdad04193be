"""What `import ddsp_helpers` costs."""

import statistics
import subprocess
import sys

from benchmarks.rows import Row

_CODE = "import time, sys; t = time.perf_counter(); import ddsp_helpers; " \
        "print(time.perf_counter() - t, 'tensorflow' in sys.modules)"


def run():
    seconds, tensorflow = [], []
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True)
        took, loaded = done.stdout.split()
        seconds.append(float(took))
        tensorflow.append(loaded == "True")
    return [Row("import ddsp_helpers", statistics.median(seconds), "s", "<", 0.3),
            Row("… imports of it that loaded TensorFlow", sum(tensorflow), "of 5", "<=", 0)]
