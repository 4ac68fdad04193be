"""Works in processes of their own, so that each shows its own memory, and the peer brings its own packages.

The standard library alone: the peer's Python, which has none of this project's packages, runs `serve` too.
"""

import json
import os
import subprocess
import sys
import tempfile

from benchmarks.timing import Timing, timed


def serve(make):
    """Does the works whose names come line by line, and answers with what each took.

    Args:
      make: name -> function without arguments; called once a name.
    """
    answers, sys.stdout = sys.stdout, sys.stderr         # so that nothing a library prints is taken for an answer
    works = {}
    for name in map(str.strip, sys.stdin):
        if name not in works:
            works[name] = timed(make(name))
        print(json.dumps({**works[name]()._asdict(), "peak_mb": peak_mb()}), file=answers, flush=True)


def peak_mb():
    """The most memory that this process has held so far, MB; NaN where the system does not tell."""
    try:
        import resource
    except ImportError:                                  # Windows
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 ** 2 if sys.platform == "darwin" else 1024)


class Worker:
    """A process that serves; leaving its context ends it.  `peak_mb` is the most memory it has held so far.

    Args:
      command: list of words.
      cores: how many processor cores it may use; None for all.
    """

    def __init__(self, command, *, cores=None):
        limits = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
        settings = {"TF_CPP_MIN_LOG_LEVEL": "3", **(dict.fromkeys(limits, str(cores)) if cores else {})}
        self.command, self.peak_mb, self._errors = command, float("nan"), tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                                         text=True, env={**os.environ, **settings})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._errors.close()

    def work(self, name):
        """A function that lets the process do the work of this name and returns its Timing."""
        def run():
            self._process.stdin.write(name + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
            if not answer:
                self._errors.seek(0)
                said = self._errors.read()[-2000:]
                raise RuntimeError(f"{' '.join(self.command)} ended while it did {name!r}: …{said}")
            took = json.loads(answer)
            self.peak_mb = took.pop("peak_mb")
            return Timing(**took)

        return run
