"""The joiner of scripts, and the Python side that all widgets share; no browser."""
import importlib
import json
import re
import shutil
import subprocess
import sys

import anywidget
import numpy as np
import pytest

from ddsp_helpers import audio, javascript, widgets
from ddsp_helpers.widgets import base

NAMES = dir(widgets)
SOUNDING = ("Oscillator", "HarmonicSpectrum", "NoiseFilter", "ImpulseResponse")


def test_a_join_is_one_module_with_scopes_of_its_own(tmp_path):
    (tmp_path / "low.js").write_text("const hidden = 1;\nexport const one = hidden;\nexport async function wait() {}\n")
    (tmp_path / "high.js").write_text('import { one as uno } from "./low.js";\nconst hidden = 2;\n'
                                      'export class Two { sum() { return uno + hidden; } }\n')
    (tmp_path / "top.js").write_text(
        'import { Two } from "./high.js";\nimport * as low from "./low.js";\n'
        'export default { sum: () => new Two().sum() + low.one };\n')
    text = javascript.join("top", tmp_path)
    assert text == javascript.join.__wrapped__("top", tmp_path) and text.count("const module_low") == 1
    assert not re.search(r"^\s*import ", text, re.MULTILINE) and text.count("export default") == 1
    assert text.index("module_low =") < text.index("module_high =") < text.index("export default")
    (tmp_path / "joined.mjs").write_text(text + "\n")
    if node := shutil.which("node"):            # where there is one: the numbers come out
        (tmp_path / "ask.mjs").write_text('import it from "./joined.mjs"; console.log(it.sum());')
        done = subprocess.run([node, tmp_path / "ask.mjs"], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "4"


@pytest.mark.parametrize("text, words", [
    ('import { a } from "./missing.js";\nexport default {};', "is not there"),
    ('import x from "https://example.org/x.js";\nexport default {};', "wanted import"),
    ('import { a } from "./odd.js";\nexport default {};', "imports itself"),
])
def test_what_cannot_be_joined_is_said(tmp_path, text, words):
    (tmp_path / "odd.js").write_text(text)
    with pytest.raises(ValueError, match=words):
        javascript.join("odd", tmp_path)


def test_an_export_that_the_joiner_does_not_know_is_refused(tmp_path):
    (tmp_path / "part.js").write_text("const a = 1;\nexport { a };\n")
    (tmp_path / "main.js").write_text('import { a } from "./part.js";\nexport default a;\n')
    with pytest.raises(ValueError, match="export { a }"):
        javascript.join("main", tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_widget_asks_no_other_host(name):
    text = javascript.join(getattr(widgets, name).script).replace("http://www.w3.org/2000/svg", "")  # a name, no address
    assert not re.search(r"https?://|\bfetch\(|XMLHttpRequest|\bimport\(|\beval\(", text)
    assert "autoplay" not in text


@pytest.mark.parametrize("name", NAMES)
def test_shared_parts_are_not_contexts_of_their_own(name):
    """One AudioContext a page: only engine.js makes one."""
    own = (javascript.WIDGETS / f"{getattr(widgets, name).script}.js").read_text(encoding="utf-8")
    assert "new AudioContext" not in own


@pytest.mark.parametrize("name", SOUNDING)
def test_value_is_one_checked_dictionary(name):
    widget = getattr(widgets, name)()
    assert isinstance(widget, anywidget.AnyWidget) and set(widget.value) == set(widget.defaults())
    control = widget.controls[0]
    others = {key: x for key, x in widget.value.items() if key != control.name}
    widget.value = {control.name: control.maximum}
    assert widget.value == {**others, control.name: control.maximum}
    with pytest.raises(ValueError, match=control.name):
        widget.value = {control.name: control.maximum + 1}
    with pytest.raises(ValueError, match="no colour"):
        widget.value = {"colour": 1}
    assert widget.value[control.name] == control.maximum
    assert [told["name"] for told in widget.declared] == [one.name for one in widget.controls]
    assert (widget.declared[0]["minimum"], widget.declared[0]["label"]) == (control.minimum, control.label)


@pytest.mark.parametrize("name", SOUNDING)
def test_repr_is_the_same_in_every_run(name):
    kind = getattr(widgets, name)
    assert repr(kind()) == repr(kind()) and "0x" not in repr(kind())
    assert repr(kind()).startswith(f"{name}(")


@pytest.mark.parametrize("name", SOUNDING)
def test_a_snapshot_describes_itself_and_can_be_heard(name, tmp_path):
    widget = getattr(widgets, name)()
    shown = widget.snapshot()
    assert len(shown.alt) > 60 and re.search(r"\d", shown.alt)
    assert f'alt="{shown.alt}"'.replace("'", "&#x27;") in shown._repr_html_()
    assert "<audio controls" in shown._repr_html_()
    picture, wav = shown.save(tmp_path, "w")
    assert picture.read_bytes()[:4] == b"\x89PNG"
    np.testing.assert_allclose(audio.load(wav).samples, widget.sound().samples, atol=1e-4)
    assert -60 < audio.rms_db(shown.sound.samples) < -6


def test_alt_text_follows_the_value():
    widget = widgets.Oscillator(frequency_hz=9000, sample_rate_hz=16000)
    assert "7000 Hz is heard" in widget.picture().alt
    widget.value = {"frequency_hz": 1000}
    assert "1000 Hz is heard" in widget.picture().alt


def test_without_a_widget_manager_a_page_shows_the_snapshot(monkeypatch):
    widget = widgets.HarmonicSpectrum()
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data and "<img alt=" in data["text/html"]
    assert data["text/plain"] == repr(widget)
    monkeypatch.setitem(sys.modules, "google.colab", None)
    assert "text/html" not in widget._repr_mimebundle_()[0]


def test_a_static_page_gets_the_sound_though_tensorflow_is_not_loaded():
    code = ("import sys; from ddsp_helpers import widgets; w = widgets.Oscillator(); "
            "a = w._repr_mimebundle_()[0]['text/html']; "
            "early = 'tensorflow' in sys.modules; import os; os.environ['DDSP_STATIC'] = '1'; "
            "print(early, '<audio' in a, '<audio' in w._repr_mimebundle_()[0]['text/html'])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          cwd=javascript.WIDGETS.parents[1])
    assert done.stdout.split() == ["False", "False", "True"]


class Asked(base.Widget):
    """A widget without a face, to see what the kernel answers."""

    controls = (widgets.Oscillator.controls[0],)
    uses_tensorflow = False

    def render(self, value):
        return np.full(4, value["frequency_hz"] / 1000)


def answers(widget, content):
    sent = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers))
    widget._asked(widget, content, [])
    return sent


def test_the_kernel_answers_a_question_with_its_number():
    question = {"kind": "render", "id": "7", "value": {"frequency_hz": 2000}, "wanted": True}
    ((content, buffers),) = answers(Asked(), question)
    assert content == {"sample_rate": 16000, "id": "7"}
    assert np.frombuffer(buffers[0], "<f4").tolist() == [2.0] * 4
    assert json.dumps(content)


def test_what_goes_wrong_is_answered_in_words():
    ((content, _),) = answers(Asked(), {"kind": "render", "id": "8", "value": {"frequency_hz": 1e9}, "wanted": True})
    assert content["id"] == "8" and "frequency_hz came as 1e+09 Hz" in content["error"]
    assert answers(Asked(), {"kind": "nothing of ours"}) == []


@pytest.mark.parametrize("name", SOUNDING)
def test_arguments_of_the_constructor_are_checked(name):
    kind = getattr(widgets, name)
    control = kind.controls[-1]
    assert kind(**{control.name: control.maximum}).value[control.name] == control.maximum
    with pytest.raises(ValueError, match="was wanted"):
        kind(**{control.name: control.maximum + 1})


@pytest.mark.parametrize("make, words", [
    (lambda: widgets.HarmonicSpectrum(harmonics_a="trombone"), "trombone"),
    (lambda: widgets.HarmonicSpectrum(harmonics_b=[1, 2]), "0 to 1"),
    (lambda: widgets.HarmonicSpectrum(harmonics_a=[0.1] * 33), "33"),
    (lambda: widgets.NoiseFilter(bands=[0.5]), "2 or more"),
    (lambda: widgets.NoiseFilter(bands="silence"), "silence"),
])
def test_wrong_lists_are_refused_in_words(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_there_is_no_list_to_keep():
    assert set(SOUNDING) <= set(NAMES)
    for name in NAMES:
        kind = getattr(widgets, name)
        assert kind.__module__ == f"ddsp_helpers.widgets.{kind.script}" and kind.__doc__
    with pytest.raises(AttributeError, match="Theremin"):
        widgets.Theremin
    assert importlib.import_module("ddsp_helpers.widgets.base").Widget is base.Widget
