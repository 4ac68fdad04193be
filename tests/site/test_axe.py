"""axe-core runs in a real browser and finds the barriers that are planted for it."""
import pytest

from docs import axe

GOOD = ('<html lang="en"><head><title>A</title></head><body><main><h1>A</h1>'
        '<img alt="a curve" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><button>Play</button></main></body>'
        '</html>')


@pytest.mark.slow
def test_planted_barriers_are_found_and_a_good_page_has_none(tmp_path, play):
    faults = {"good": ("", ""), "unnamed": (">Play<", "><"), "wordless": ('alt="a curve"', ""),
              "faint": ("<button>", '<button style="color:#ccc;background:#fff">'),
              "invisible": ("<button>", '<button style="color:#fff;background:#fff">')}
    for name, (old, new) in faults.items():
        (tmp_path / f"{name}.html").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    found = axe.findings(sorted(tmp_path.glob("*.html")), views=axe.VIEWS[:1], play=play)
    assert {line.split(".html")[0]: line.split(": ")[1].split(" ")[0] for line in found} == {
        "unnamed": "button-name", "faint": "color-contrast", "invisible": "color-contrast", "wordless": "image-alt"}
