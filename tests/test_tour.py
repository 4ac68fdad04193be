"""The tour, made tiny: every file is there, the page stands alone, the figures are those of the report."""
from html.parser import HTMLParser
import json

import numpy as np
import pytest

from ddsp_helpers import audio, models, tour

RATE = 16000


def song():
    """Four sung notes with a breath between: harmonics, vibrato, swells, [samples]."""
    t = np.arange(int(0.8 * RATE)) / RATE
    notes = []
    for midi in (57, 59, 60, 64):
        f0 = 440 * 2 ** ((midi - 69) / 12 + 0.02 * np.sin(2 * np.pi * 5 * t))
        phase = 2 * np.pi * np.cumsum(f0) / RATE
        notes += [sum(np.sin(k * phase) / k for k in range(1, 12)) * 0.15 * np.sin(np.pi * t / 0.8), np.zeros(RATE // 8)]
    return np.concatenate(notes).astype(np.float32)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(report, folder) of a tour of a few training steps."""
    home = tmp_path_factory.mktemp("tour")
    audio.save(home / "me <singing>.wav", song(), sample_rate=RATE)
    report = tour.run(home / "out", minutes=0.05, voice=home / "me <singing>.wav", music_minutes=1.0, evaluate_s=4.0,
                      decoder="cnn", pitch="swiftf0")
    return report, home / "out"


class Page(HTMLParser):
    """What a browser would find: tags with attributes, text, and whether every tag is closed."""

    VOID = {"meta", "img", "br", "link", "input"}

    def __init__(self, text):
        super().__init__()
        self.found, self.open, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.text.append(text)

    def all(self, tag):
        return [attributes for found, attributes in self.found if found == tag]


def test_everything_is_written(made):
    report, out = made
    assert json.loads((out / "report.json").read_text(encoding="utf-8")) == report
    files = [report["dataset"]["example"], *(pair[key] for pair in report["held_out"] for key in ("recording", "played")),
             *(one[key] for one in report["transfer"] for key in ("voice", "result"))]
    assert len(report["transfer"]) == 1 and report["held_out"]
    for name in files:
        assert audio.info(out / name).sample_rate == RATE
    for picture in report["pictures"].values():
        assert (out / picture["file"]).read_bytes().startswith(b"\x89PNG")
    assert {"learning", "held out 1", "melody me <singing>", "spectrograms me <singing>"} <= set(report["pictures"])


def test_the_result_is_as_long_as_the_voice(made):
    report, out = made
    one = report["transfer"][0]
    assert audio.info(out / one["result"]).duration_s == pytest.approx(audio.info(out / one["voice"]).duration_s)


def test_the_model_is_there_to_use(made):
    report, out = made
    model = models.load(out / report["training"]["file"])
    assert model.count_params() == report["training"]["parameters"] and model.statistics is not None


def test_the_bars_are_measured(made):
    report, _ = made
    assert {"name", "value", "unit", "bar", "holds"} == set(report["bars"][0])
    one = report["transfer"][0]
    values = {bar["name"]: bar["value"] for bar in report["bars"]}
    assert values["median pitch error of the transfer"] == pytest.approx(one["median_cents"], abs=1e-3)
    assert values["loudness correlation with the voice"] == pytest.approx(one["loudness_correlation"], abs=1e-3)
    assert report["seconds"]["train"] > 0 and report["training"]["steps"] > 0


def test_the_page_stands_alone_and_says_what_it_shows(made):
    report, out = made
    text = (out / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not page.open
    assert page.all("html")[0]["lang"] == "en"
    sounds, pictures = page.all("audio"), page.all("img")
    assert len(sounds) == 3 + 2 * len(report["held_out"]) and len(pictures) == len(report["pictures"])
    assert all(one["src"].startswith("data:audio/wav;base64,") and "autoplay" not in one for one in sounds)
    assert all(one["src"].startswith("data:image/png;base64,") and len(one["alt"]) > 60 for one in pictures)
    assert not page.all("script") and not page.all("link") and "://" not in text
    links = {one["href"] for one in page.all("a")}
    assert all((out / link).is_file() for link in links)
    words = " ".join(" ".join(page.text).split())
    for bar in report["bars"]:
        assert bar["name"] in words
    for credit in report["credits"]:
        assert credit in words
    for jargon in ("nan", "None", "Traceback"):
        assert f" {jargon} " not in words


def test_a_second_tour_goes_on_from_the_first(made):
    """The dataset and the training are there: nothing is done twice."""
    report, out = made
    again = tour.run(out, minutes=0.05, voice=out.parent / "me <singing>.wav", music_minutes=1.0, evaluate_s=4.0,
                     decoder="cnn", pitch="swiftf0")
    assert again["training"]["steps"] == report["training"]["steps"]
    assert again["transfer"][0]["octave"] == report["transfer"][0]["octave"]


@pytest.mark.parametrize("options, words", [
    ({"minutes": 0}, "minutes=0"), ({"minutes": 11}, "at most 10"), ({"instrument": "kazoo"}, "kazoo"),
    ({"music_minutes": 0.1}, "music_minutes=0.1"), ({"voice": "nobody.wav"}, "nobody.wav does not exist"),
])
def test_what_cannot_be_toured_is_refused_at_once(tmp_path, options, words):
    with pytest.raises(ValueError, match=words):
        tour.run(tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()
