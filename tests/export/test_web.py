"""Writing a page: what fits, how near its weights are, what is refused."""

import pytest

from ddsp_helpers import SynthSpec, models
from ddsp_helpers.export import export, quantise, web
from tests.export.instruments import SMALL, instrument

NAMES = ("violin", "flute", "trumpet", "saxophone")


def test_four_instruments_fit_and_the_report_says_what_was_measured(four):
    path, report = four
    assert path.stat().st_size <= web.LARGEST == 1_500_000
    checks = dict(report.checks)
    assert checks["instruments"] == ", ".join(NAMES) and "MB of 1.5 MB" in checks["size"]
    for name in NAMES:
        assert float(checks[f"{name}, beside the model"].split()[2]) < 0.5        # dB, of harmonics


def test_a_finer_weight_is_nearer_and_one_instrument_gets_the_finest(tmp_path):
    model = models.load_instrument("flute")
    report = export(model, tmp_path / "one.html", format="web", title="Mine & yours")
    assert "up to 127" in dict(report.checks)["weights"]
    assert "<title>Mine &amp; yours" in (tmp_path / "one.html").read_text(encoding="utf-8")
    fine, coarse = (quantise.difference_db(model, quantise.quantised(model, levels)[2])[0] for levels in (127, 15))
    assert fine < 0.2 < coarse


@pytest.mark.parametrize("wrong, words", [
    (lambda: [], "one to 4"), (lambda: [instrument(decoder="cnn")] * 5, "5 instruments came"),
    (lambda: 3, "came with int"), (lambda: instrument(decoder="cnn", z_dims=2), "z_dims=2"),
    (lambda: models.Autoencoder(models.ModelSpec(SMALL, decoder="cnn", name="new")), "'new' carries no statistics"),
    (lambda: [instrument(decoder="cnn"), instrument(SynthSpec(frame_rate=250), decoder="cnn")], r"\[50, 250\] frames"),
    (lambda: instrument(SynthSpec(sample_rate=16000, frame_rate=400), decoder="cnn"), "65 noise bands for a hop of 40"),
])
def test_what_a_page_cannot_play_is_refused_in_words(tmp_path, wrong, words):
    with pytest.raises(ValueError, match=words):
        export(wrong(), tmp_path / "page.html", format="web")
    assert not list(tmp_path.iterdir())


def test_a_page_that_is_too_large_or_too_coarse_is_not_written(tmp_path, monkeypatch):
    model = models.load_instrument("flute")
    with pytest.raises(ValueError, match="at most 1.0 dB was wanted"):
        export(model, tmp_path / "page.html", format="web", levels=2)
    monkeypatch.setattr(web, "LARGEST", 200_000)
    with pytest.raises(ValueError, match="more than the 200000 bytes"):
        export(model, tmp_path / "page.html", format="web")
    assert not list(tmp_path.iterdir())


def test_a_page_that_would_need_a_network_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(web.javascript, "join", lambda name: 'const x = await fetch("https://example.org/x.js");')
    with pytest.raises(ValueError, match="would load 'fetch"):
        export(instrument(decoder="cnn"), tmp_path / "page.html", format="web")
