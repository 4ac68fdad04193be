"""`python -m benchmarks NAME… | all [--json FILE]`: run comparisons, print their tables, keep the figures."""

import argparse
import importlib
import json
import pathlib
import sys
import traceback

from benchmarks.rows import Row, markdown, table

NAMES = {
    "synthesis": "harmonic synth, noise, reverb, spectral loss: beside the textbook formulas",
    "oscillator": "tuning and signal-to-noise ratio of ten minutes at 16 and 48 kHz",
    "training_step": "forward, backward, update: ours beside the textbook model",
    "inference": "60 s of one voice: speed and memory beside the textbook model",
    "transfer": "a real voice through each shipped instrument, re-tracked",
    "export": "every shipped instrument as a plugin's file, ONNX and SavedModel: size, and distance from the instrument",
    "start_up": "import time, and what importing brings with it",
    "checkpoints": "held-out figures of every shipped instrument",
    "midi": "scores to sound: notes found again, controls obeyed, held-out performances, speed",
    "streaming": "live: speed on one core, under-runs, latency measured end to end, the top of 48 kHz",
    "decoders": "gru, mingru and cnn in one table: size, speed, latency, held-out distance",
    "widgets": "slider to sound in the browser, each widget",
    "web": "the exported page: its size, and how much of real time its AudioWorklet takes",
    "race": "the same minutes for everybody: textbook and decoders, on real recordings; draws the plot (2 hours)",
    "marathon": "ten minutes of the default decoder beside a hundred of the best; draws the plot (2 hours)",
}


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, epilog=(
        "Where the environment variable DDSP_PEER_PYTHON names a Python with magenta's ddsp 3.7.0 installed, "
        "synthesis, training_step and inference time it in the same rounds."))
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; 'all' for every one")
    parser.add_argument("--json", type=pathlib.Path, help="also write [{name, value, unit, bar, holds}, …] here")
    parser.add_argument("--markdown", type=pathlib.Path, help="also write the same as a Markdown table here")
    parser.add_argument("--minutes", type=float, help="training minutes of race and marathon (their own: 20)")
    chosen = parser.parse_args(arguments)
    if not chosen.names:
        print("\n".join(f"{name:14} {what}" for name, what in NAMES.items()))
        return 0
    names = list(NAMES) if chosen.names == ["all"] else chosen.names
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    rows = []
    for name in names:
        print(f"\n{name}: {NAMES[name]}", flush=True)
        options = {"minutes": chosen.minutes} if name in ("race", "marathon") and chosen.minutes else {}
        before = len(rows)
        for row in _found(name, options):
            rows.append(row)                # written at once, so that a long run that is stopped keeps what it has
            _write(chosen.json, json.dumps([row.to_dict() for row in rows], indent=1))
            _write(chosen.markdown, markdown(rows))
        print(table(rows[before:]), flush=True)
    return 1 if any(row.holds is False for row in rows) else 0


def _found(name, options):
    """The rows of a benchmark; one that breaks down ends with a row that says so and misses its bar."""
    try:
        yield from importlib.import_module(f"benchmarks.{name}").run(**options)
    except Exception:
        traceback.print_exc()
        yield Row(f"{name}: came to its end", 0, "", ">=", 1)


def _write(path, text):
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
