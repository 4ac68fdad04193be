"""What a terminal shows while one waits: a progress line, and not what TensorFlow tells itself at its start."""
import os
import sys
import time


def load_tensorflow():
    """Import TensorFlow without its start-up messages, so that standard error holds only what concerns the user."""
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)                          # the messages come from C++, below sys.stderr
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        import tensorflow as tf

        tf.config.list_physical_devices()
    finally:
        os.dup2(kept, 2)
        os.close(kept)


class Bar:
    """Call it with the share done, 0 to 1; use it in a `with` block.  Silent where nobody watches a terminal.

    >>> with Bar("listening") as bar:
    ...     bar(0.5)
    """

    def __init__(self, label, *, stream=None):
        self.label, self.stream = label, stream or sys.stderr
        self.shown, self.began, self.last = self.stream.isatty(), time.monotonic(), -1.0

    def __enter__(self):
        self.began = time.monotonic()
        return self

    def __call__(self, share):
        now = time.monotonic() - self.began
        if not self.shown or (now - self.last < 0.2 and share < 1):
            return
        self.last = now
        left = f", {now / share * (1 - share):.0f} s left" if share > 0.02 and now > 1 else ""
        filled = round(24 * share)
        self.stream.write(f"\r{self.label} [{'#' * filled}{'.' * (24 - filled)}] {share:4.0%}{left}   ")
        self.stream.flush()

    def __exit__(self, *problem):
        if self.shown and self.last >= 0:
            self.stream.write("\r" + " " * (len(self.label) + 50) + "\r")
            self.stream.flush()
