"""What the Neutone plugin shows of an instrument, and what is refused before PyTorch is needed."""

import sys

import numpy as np
import pytest

from ddsp_helpers import SynthSpec, controls, models
from ddsp_helpers.export import export, neutone, neutone_card
from tests.export.instruments import instrument

SHIPPED = [("violin", 16000), ("flute", 16000), ("trumpet", 16000), ("saxophone", 16000), ("violin", 48000),
           ("flute", 48000)]


@pytest.mark.parametrize("name, sample_rate", SHIPPED)
def test_every_shipped_instrument_has_texts_that_fit_and_name_its_sources(name, sample_rate):
    model = models.load_instrument(name, sample_rate=sample_rate)
    texts = neutone_card.describe(model, authors=["A learner"])
    assert all(len(getattr(texts, field)) <= most for field, most in neutone_card.LIMITS.items())
    assert all(source in texts.long for source in model.card["data"])
    assert name in texts.name and "voice" in texts.short and str(sample_rate) in texts.technical
    assert len(texts.tags) <= 7 and all(len(tag) <= 15 for tag in texts.tags)


def test_credits_are_never_cut():
    model = instrument(decoder="cnn", width=4)
    source = "A recording of a very long name (CC BY 4.0)"
    model.card = {"data": [source] * 10}
    assert neutone_card.describe(model, authors=["A"]).long.count(source) == 10, "the sentence before them goes first"
    model.card = {"data": [source] * 20}
    with pytest.raises(ValueError, match="long text came with 9.. characters; the plugin takes 500"):
        neutone_card.describe(model, authors=["A"])


@pytest.mark.parametrize("authors", [[], ["A", "A"], list("ABCDEF")])
def test_one_to_five_different_authors(authors, tmp_path):
    with pytest.raises(ValueError, match="1 to 5 different names were wanted"):
        export(instrument(decoder="cnn", width=4), tmp_path / "it.nm", format="neutone", authors=authors)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("synth, fields, message", [
    (SynthSpec(), {"z_dims": 2}, "z_dims=2"),
    (SynthSpec(8000, 50), {}, "at least 16000 Hz was wanted"),
    (SynthSpec(16000, 250, 20, 97), {}, "ahead; a hop of at least that was wanted"),
])
def test_what_cannot_be_carried_is_refused(synth, fields, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        export(instrument(synth, decoder="cnn", width=4, **fields), tmp_path / "it.nm", format="neutone")


def test_statistics_are_wanted(tmp_path):
    model = instrument(decoder="cnn", width=4)
    model.statistics = None
    with pytest.raises(ValueError, match="statistics"):
        export(model, tmp_path / "it.nm", format="neutone")


@pytest.mark.parametrize("absent", ["torch", "neutone_sdk"])
def test_without_pytorch_the_command_that_installs_it_is_told(absent, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(ValueError, match="pip install torch torchaudio neutone_sdk"):
        export(instrument(decoder="cnn", width=4), tmp_path / "it.nm", format="neutone")
    assert not list(tmp_path.iterdir())


def test_a_learned_room_is_as_it_was_learned_and_others_get_a_silent_one():
    model = instrument(decoder="cnn", width=4, reverb_s=0.1)
    ir, level = neutone._room(model)
    np.testing.assert_array_equal(ir[1:], model.reverb.ir.numpy()[1:])
    assert ir[0] == 0 and level == controls.REVERB_MIX.maximum
    ir, level = neutone._room(instrument(decoder="cnn", width=4))
    assert level == 0 and np.sum(np.square(ir)) == pytest.approx(1.0)
    earlier, later = (10.0 * np.log10(np.sum(np.square(half))) for half in np.split(ir, 2))
    assert earlier - later == pytest.approx(30.0, abs=1.0), "60 dB in its whole length"
