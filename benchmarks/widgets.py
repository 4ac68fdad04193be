"""From a key on a slider to the first changed sample: in Chromium, in a JupyterLab, at the end of its sound chain.

A slider is moved from quiet to loud.  The clock starts at the time stamp of the key event and ends when the first
sample of the louder sound has been computed; its place in the block and the context's baseLatency (the way to the
sound card) are added.
"""

import importlib.util
import pathlib
import statistics
import tempfile

import numpy as np

from benchmarks.rows import Row

TRIALS, BAR_MS = 15, 30.0

_TONE = "np.sin(2 * np.pi * 220 * np.arange(48000) / 16000)"
_FLAT = ("lambda level: {'f0_hz': np.full([1, 100, 1], 220.0), 'amplitude': np.full([1, 100, 1], level), "
         "'harmonic_distribution': np.full([1, 100, 100], 0.01), 'noise_magnitudes': np.zeros([1, 100, 65])}")
# class: (its arguments, the slider that moves, the key that makes it quiet, the key that makes it loud)
CASES = {
    "Oscillator": ("frequency_hz=1000", "level_db", "Home", "End"),
    "HarmonicSpectrum": ("", "amplitude", "Home", "End"),
    "NoiseFilter": ("bands='white'", "level_db", "Home", "End"),
    # its room cancels this tone: the mix goes from next to nothing to the dry sound
    "ImpulseResponse": ("mix=1.0, sound=tone, sample_rate=16000", "mix", "End", "Home"),
    "SpectrogramScrubber": (f"np.repeat([0.003, 0.3], 24000) * {_TONE}, sample_rate=16000", "time_s", "Home", "End"),
    "YouAgainstAdam": (f"0.3 * {_TONE}, sample_rate=16000", "amplitude_db", "Home", "End"),
    "XYPad": (f"{{name: ({_FLAT})(level) for name, level in zip('abcd', (0.002, 0.5, 0.002, 0.5))}}", "xy", "1", "2"),
}
_START = """
import numpy as np
from ddsp_helpers import widgets
from ddsp_helpers.audio import Audio
response = widgets.ImpulseResponse().response().numpy()[0]
candidates = np.arange(200, 2000)
turns = candidates[:, None] * np.arange(len(response)) / 16000
hz = candidates[np.argmin(np.abs(np.exp(-2j * np.pi * turns) @ response))]
tone = Audio(np.float32(0.3 * np.sin(2 * np.pi * hz * np.arange(16000 * 60) / 16000)), 16000)
"""
_PROBE = """async () => {
  const { context, master } = globalThis[Symbol.for("ddsp_helpers.page")];
  const code = `registerProcessor("probe", class extends AudioWorkletProcessor {
    process([[block]]) {
      if (block) this.port.postMessage({ at: Date.now(), block: block.slice() });
      return true;
    }
  });`;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const probe = new AudioWorkletNode(context, "probe", { numberOfOutputs: 0 });
  (await master).output.connect(probe);
  const times = { rate: context.sampleRate, base: 1000 * context.baseLatency, device: 1000 * context.outputLatency };
  globalThis.probed = { ...times, blocks: [], key: 0 };
  probe.port.onmessage = ({ data }) => {
    probed.blocks.push(data);
    if (probed.blocks.length > 1000) probed.blocks.splice(0, 500);
  };
  addEventListener("keydown", (event) => { probed.key = performance.timeOrigin + event.timeStamp; }, true);
  return times;
}"""
# The first sample that is three times as large as all of the 150 ms before the key.
_LATENCY = """() => {
  const before = probed.blocks.filter(({ at }) => at < probed.key && at > probed.key - 150);
  const quiet = Math.max(...before.map(({ block }) => Math.max(...block.map(Math.abs))), 1e-6);
  for (const { at, block } of probed.blocks) {
    const first = at < probed.key ? -1 : block.findIndex((x) => Math.abs(x) > 3 * quiet);
    if (first >= 0) return at - probed.key + 1000 * first / probed.rate + probed.base;
  }
  return null;
}"""


def run():
    from playwright.sync_api import sync_playwright

    lab_module = _lab()
    cells = [_START, *(f"{name} = widgets.{name}({arguments})\n{name}" for name, (arguments, *_) in CASES.items())]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser, lab = lab_module.launch(playwright), lab_module.Lab(folder)
        try:
            notebook = lab.notebook(browser, "latency", cells)
            for name, (_, *moves) in CASES.items():
                yield from _rows(notebook, name, *moves)
            notebook.close()
        finally:
            lab.close()
            browser.close()


def _lab():
    """The JupyterLab and the hands of the widgets' tests."""
    path = pathlib.Path(__file__).parents[1] / "tests" / "widgets" / "lab.py"
    specification = importlib.util.spec_from_file_location("lab", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _rows(notebook, name, slider, quiet, loud):
    widget = notebook.widget(notebook.python(f"{name}.heading or {name}.title"))
    widget.press(widget.slider(slider), quiet)
    widget.button("Play").first.click()
    widget.wait_for_status("You hear")
    if name == next(iter(CASES)):
        context = notebook.page.evaluate(_PROBE)
        yield Row("sample rate of the browser's sound", context["rate"], "Hz")
        yield Row("… baseLatency, part of every figure below", context["base"], "ms")
        yield Row("… what the sound card adds (outputLatency), part of none", context["device"], "ms")
    took = [_trial(widget, slider, quiet, loud) for _ in range(TRIALS)]
    widget.button("Stop").first.click()
    yield Row(f"{name}: slider to sound, median of {TRIALS}", statistics.median(took), "ms", "<", BAR_MS)
    yield Row(f"{name}: slider to sound, nine in ten within", float(np.quantile(took, 0.9)), "ms")


def _trial(widget, slider, quiet, loud):
    """One movement from quiet to loud, ms."""
    widget.press(widget.slider(slider), quiet)
    widget.page.wait_for_timeout(400)
    widget.page.keyboard.press(loud)
    widget.page.wait_for_timeout(250)
    milliseconds = widget.page.evaluate(_LATENCY)
    if milliseconds is None:
        raise RuntimeError(f"{slider} was moved and nothing became louder within 250 ms.")
    return milliseconds
