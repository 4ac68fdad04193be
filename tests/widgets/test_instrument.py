"""Instruments to play in a notebook: chosen there and in Python, played on keys, beside Python's rendering."""
import base64

import numpy as np
import pytest

from ddsp_helpers import models, widgets

CELL = """
from ddsp_helpers import models, widgets
w = widgets.Instrument([models.load_instrument("violin"), models.load_instrument("flute")])
w
"""


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook(CELL)


@pytest.fixture
def instrument(notebook):
    touch = notebook.widget("Play it")
    notebook.page.wait_for_function("root => root.querySelector('.tt').tt", arg=touch.root.element_handle())
    return touch


def test_it_is_chosen_by_hand_and_in_python(notebook, instrument):
    cards = instrument.root.locator(".tt-card")
    assert cards.count() == 2
    cards.nth(1).click()
    instrument.wait_for_status("The flute plays.")
    notebook.eventually("w.value", {"chosen": 1})
    assert notebook.python("repr(w)") == "an instrument to play: violin, flute; flute plays"
    notebook.python("1", before="w.value = {'chosen': 0}")
    instrument.root.locator('.tt[data-slot="0"]').wait_for()
    assert cards.nth(0).get_attribute("aria-checked") == "true"


def test_letters_play_it_while_it_has_the_focus(notebook, instrument):
    instrument.button("Keys an octave lower").click()
    page, root = notebook.page, instrument.root.element_handle()
    base = instrument.root.evaluate("root => root.querySelector('.tt').tt.keybed.base")
    page.keyboard.down("KeyB")
    page.wait_for_function("root => root.querySelector('.tt').tt.ribbon.hz > 0", arg=root)
    page.wait_for_timeout(300)
    hz = instrument.root.evaluate("root => root.querySelector('.tt').tt.ribbon.hz")
    assert abs(69 + 12 * np.log2(hz / 440) - (base + 7)) < 0.5
    page.keyboard.up("KeyB")
    page.wait_for_function("root => !root.querySelector('.tt').tt.ribbon.hz", arg=root)


def test_the_browser_has_the_weights_that_python_renders_with(notebook, instrument):
    text = instrument.root.evaluate("""(root) => {
      const { instruments } = root.querySelector(".tt").tt.studio;
      const bytes = new Uint8Array(instruments[0].weights["head/kernel"].buffer);
      let text = "";
      for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      return btoa(text);
    }""")
    mine = notebook.python("models.store.get_weights(w.carried[0])['decoder/head/kernel'].ravel().tolist()")
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(text), "<f4"), np.float32(mine))


def test_without_a_browser_it_plays_a_scale_in_the_instruments_range(listening):
    widget = widgets.Instrument(models.load_instrument("violin"))
    sound = widget.sound()
    assert sound.sample_rate == 16000 and len(sound.samples) == 48000
    low, high = (widget.settings["instruments"][0]["range"][name] for name in ("low", "high"))
    lowest_hz = 440 * 2 ** ((round(0.65 * low + 0.35 * high) - 69) / 12)
    for start, hz in ((1000, lowest_hz), (43500, 2 * lowest_hz)):                # an octave up in the end
        piece = sound.samples[start:start + 4000]
        assert abs(listening.cents(listening.pitch_hz(piece, 16000, near_hz=hz), hz)) < 10
    assert "violin" in widget.picture().alt
    with pytest.raises(ValueError, match="chosen came as 1"):
        widget.value = {"chosen": 1}
    with pytest.raises(ValueError, match="one to 4"):
        widgets.Instrument([])
