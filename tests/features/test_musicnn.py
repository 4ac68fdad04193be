"""The tagger, rebuilt, still knows a violin from a flute; its embedding puts like beside like."""
import numpy as np
import pytest

from ddsp_helpers import assets, audio, metrics
from ddsp_helpers.features import musicnn


def notes(instrument, seconds=40.0):
    files = sorted(assets.fetch(f"{instrument}-notes").rglob("*.wav"))
    sound = np.concatenate([audio.load(file, sample_rate=16000, duration_s=5).samples for file in files])
    return sound[:round(seconds * 16000)]


@pytest.fixture(scope="module")
def heard():
    return {name: musicnn.embed(notes(name), sample_rate=16000) for name in ("violin", "flute", "trumpet")}


def test_tags(heard):
    for name in ("violin", "flute"):
        embedding, tags = heard[name]
        assert embedding.shape == (len(tags), 200) and tags.shape[1] == len(musicnn.TAGS) == 50
        best = np.argsort(-tags.mean(axis=0))[:3]
        assert name in [musicnn.TAGS[i] for i in best], [musicnn.TAGS[i] for i in best]


def test_like_beside_like(heard):
    violin, flute = heard["violin"][0], heard["flute"][0]
    within = metrics.frechet_distance(violin[::2], violin[1::2])
    assert within < 0.3 * metrics.frechet_distance(violin, flute)


def test_windows():
    assert musicnn.windows(np.ones(1000), sample_rate=16000).shape == (1, 187, 96)   # repeated to fill 3 s
    assert musicnn.windows(np.ones(48000 * 5), sample_rate=48000).shape[0] == 3
    with pytest.raises(ValueError, match="hop_s"):
        musicnn.windows(np.ones(1000), sample_rate=16000, hop_s=0)
