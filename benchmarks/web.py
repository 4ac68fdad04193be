"""The exported page: its size, what its weights cost in accuracy, and how much of real time its AudioWorklet takes.

Chromium renders a voice through the page's own graph (tracker, network, synthesizers in an AudioWorklet) into an
OfflineAudioContext, which computes on one thread as fast as it can.  Load is the time that took over the time that was
rendered; the least of some trials, because other programs only ever add to it.
"""

import pathlib
import tempfile

import numpy as np

from benchmarks.rows import Row

TRIALS, SECONDS, BAR = 5, 20, 30.0
NAMES = {16000: ("violin", "flute", "trumpet", "saxophone"), 48000: ("violin", "flute")}
_FLAGS = ("--no-sandbox", "--disable-gpu", "--mute-audio", "--disable-dev-shm-usage")
# Renders s seconds of a saw that glides between two octaves at a rate, with instrument n: milliseconds.
_RENDER = """async ([n, seconds, rate]) => {
  const { tt } = document.getElementById("stage"), samples = new Float32Array(seconds * rate);
  for (let i = 0, phase = 0; i < samples.length; i++) {
    phase = (phase + 220 * 2 ** Math.sin(2 * Math.PI * 0.2 * i / rate) / rate) % 1;
    samples[i] = 0.3 * (2 * phase - 1);
  }
  tt.choose(n);
  const began = performance.now();
  const out = await tt.renderFile({ samples, rate }, rate);
  const took = performance.now() - began;
  if (!(out.reduce((sum, x) => sum + x * x, 0) / out.length > 1e-6)) throw new Error("Nothing sounded.");
  return took;
}"""


def run():
    from playwright.sync_api import sync_playwright

    from ddsp_helpers.classroom.browser import need

    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=need(), args=_FLAGS)
        for native, names in NAMES.items():
            path = pathlib.Path(folder) / f"{native}.html"
            yield from _written(path, names, native)
            yield from _loads(browser, path, names, native)
        browser.close()


def _written(path, names, native):
    from ddsp_helpers import models
    from ddsp_helpers.export import export

    report = export([models.load_instrument(name, sample_rate=native) for name in names], path, format="web")
    size = path.stat().st_size / 1e6
    yield Row(f"page with {len(names)} instruments of {native} Hz", size, "MB", "<=", 1.5)
    far = [told.split() for what, told in report.checks if what.endswith("beside the model")]
    yield Row("… its harmonics beside the models', 95 %", max(float(words[2]) for words in far), "dB", "<=", 0.5)


def _loads(browser, path, names, native):
    page = browser.new_context(offline=True).new_page()
    page.set_default_timeout(120000)
    page.goto(path.as_uri())
    page.wait_for_function("document.getElementById('stage').tt")
    for rate in (44100, 48000):
        took = [min(page.evaluate(_RENDER, [n, SECONDS, rate]) for _ in range(TRIALS)) for n in range(len(names))]
        yield Row(f"AudioWorklet, {native} Hz models in a page of {rate} Hz, the slowest",
                  float(np.max(took)) / SECONDS / 10, "% of real time", "<", BAR)
    page.context.close()
