"""A widget goes on living in a page without a kernel, and says what it cannot do there."""
import ipywidgets
import pytest

from ddsp_helpers import widgets
from docs import lessons
from tests.widgets.lab import launch

PAGE = '<html lang="en"><head><title>A</title></head><body><main>{}</main><script>{}</script></body></html>'


@pytest.fixture(scope="module")
def page(play, tmp_path_factory):
    """A browser page with a harmonic spectrum as the site shows it."""
    spectrum = widgets.HarmonicSpectrum(f0_hz=220)
    live = ipywidgets.Widget.get_manager_state(widgets=[spectrum])["state"]
    output = {"output_type": "display_data", "metadata": {}, "data": {
        "application/vnd.jupyter.widget-view+json": {"model_id": spectrum.model_id}, "text/html": "<p>its still</p>"}}
    shown = lessons._without_kernel(output, live)["data"]["text/html"]
    file = tmp_path_factory.mktemp("site") / "page.html"
    script = (lessons.ROOT / "docs" / "static" / "course.js").read_text(encoding="utf-8")
    file.write_text(PAGE.format(shown, script), encoding="utf-8")
    program = launch(play)
    opened = program.new_page()
    opened.goto(file.as_uri())
    opened.wait_for_selector(".live-widget[data-alive]")
    yield opened
    program.close()


@pytest.mark.slow
def test_it_lives_and_the_picture_that_stood_for_it_is_folded(page):
    assert page.locator(".live-widget").get_attribute("data-alive") == "yes"
    assert page.locator(".ddsp").count() == 1 and not page.get_by_text("its still").is_visible()
    page.get_by_text("The same as a picture and a recording").click()
    assert page.get_by_text("its still").is_visible()


@pytest.mark.slow
def test_its_slider_changes_the_sound_that_the_browser_makes(page):
    crossings = """async () => {
        const ui = document.querySelector('.ddsp').ddsp, heard = await ui.renderOffline(1, 16000);
        const x = heard.samples ?? heard;
        return [ui.value.f0_hz, x.slice(8000).filter((y, i, all) => i && all[i - 1] < 0 && y >= 0).length]; }"""
    before_hz, before = page.evaluate(crossings)
    page.locator('[data-control="f0_hz"]').focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    after_hz, after = page.evaluate(crossings)
    assert after_hz > before_hz == 220
    assert before == pytest.approx(before_hz / 2, abs=1) and after == pytest.approx(after_hz / 2, abs=1)


@pytest.mark.slow
def test_it_says_that_a_page_has_no_kernel(page):
    page.get_by_text("TensorFlow", exact=True).click()
    page.get_by_text("A page has no kernel").wait_for(timeout=10000)


def test_the_front_end_cannot_close_its_own_script():
    live = {"1": {"state": {"_esm": "</script><b>"}}}
    output = {"data": {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/html": "still"}}
    text = lessons._without_kernel(output, live)["data"]["text/html"]
    assert text.count("</script>") == 1 and "<b>" not in text
