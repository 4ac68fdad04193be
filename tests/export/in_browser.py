"""The page's JavaScript in a real Chromium, called from Python with arrays."""

import base64
import json

import numpy as np

from ddsp_helpers import javascript
from ddsp_helpers.classroom.browser import need as a_browser

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--mute-audio", "--disable-dev-shm-usage")
_ENTRY = """
import { Decoder } from "./decoder.js";
import { Hands } from "./hands.js";
import { InstrumentKernel } from "./kernel.js";
import { Listener } from "./listener.js";
import { SETTINGS } from "./studio.js";
import { bytesOf, instrumentOf, roomAt } from "./unpack.js";
import { HarmonicVoice, NoiseVoice } from "./voices.js";
export default { Decoder, Hands, InstrumentKernel, Listener, SETTINGS, bytesOf, instrumentOf, roomAt, HarmonicVoice,
  NoiseVoice };
"""
_PACK = """
globalThis.pack = (numbers) => {
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};
globalThis.floats = (text) => new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
"""


def launch(play, *more_flags):
    """A headless browser without a network of its own."""
    return play.chromium.launch(executable_path=a_browser(), args=[*_FLAGS, *more_flags])


def open_page(browser, path, **settings):
    """An exported page, its instruments unpacked; every page error fails the test that closes it."""
    context = browser.new_context(offline=True, **settings)
    context.set_default_timeout(60000)
    page = context.new_page()
    page.wrong, page.asked = [], []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda told: page.wrong.append(told.text) if told.type in ("error", "warning") else None)
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.resolve().as_uri())
    page.add_script_tag(content=_PACK)
    page.wait_for_function("document.getElementById('stage').tt")
    return page


class Engine:
    """The page's classes without the page; JavaScript finds them in `engine`."""

    def __init__(self, browser, folder):
        (folder / "entry.js").write_text(_ENTRY, encoding="utf-8")
        text = javascript.join("entry", folder, *javascript.FOLDERS).replace("export default", "globalThis.engine =")
        (folder / "engine.html").write_text(
            f"<!doctype html><title>engine</title><script>{_PACK}</script><script type='module'>{text}</script>",
            encoding="utf-8")
        self.page = browser.new_context(offline=True).new_page()
        self.page.goto((folder / "engine.html").as_uri())
        self.page.wait_for_function("globalThis.engine")

    def run(self, code, **arguments):
        """The numbers that the body of an async function (engine, given) returns, [n] float64."""
        given = json.loads(json.dumps(arguments))
        return array_of(self.page.evaluate(f"async (given) => pack(await (async () => {{ {code} }})())", given))


def array_of(text):
    return np.frombuffer(base64.b64decode(text), "<f8")


def text_of(samples):
    """Samples as JavaScript's floats() reads them."""
    return base64.b64encode(np.asarray(samples, "<f4").tobytes()).decode()
