"""A sound in pieces has the samples of the sound at once."""

import numpy as np
import pytest
import tensorflow as tf

from ddsp_helpers import SynthSpec, streaming
from ddsp_helpers.models.autoencoder import Autoencoder, ModelSpec

SMALL = SynthSpec(sample_rate=4000, frame_rate=50, n_harmonics=6, n_noise_bands=9)
FRAMES = 47


def _track(frames=FRAMES):
    rng = np.random.default_rng(0)
    f0_hz = 220 + 30 * np.sin(np.arange(frames) / 5)
    f0_hz[10:14] = 0.0
    return f0_hz.astype(np.float32), rng.uniform(-60, -10, frames).astype(np.float32)


def _at_once(model, f0_hz, loudness_db):
    return model({"f0_hz": f0_hz[None, :, None], "loudness_db": loudness_db[None, :, None]})["audio"][0].numpy()


@pytest.mark.parametrize("decoder, reverb_s", [("gru", 0.0), ("mingru", 0.0), ("cnn", 0.05)])
def test_blocks_equal_the_whole(decoder, reverb_s):
    model = Autoencoder(ModelSpec(SMALL, decoder=decoder, width=8, reverb_s=reverb_s))
    for weight in model.weights:
        weight.assign(tf.random.stateless_normal(weight.shape, [1, 2]) * 0.3)
    f0_hz, loudness_db = _track()
    whole = _at_once(model, f0_hz, loudness_db)
    for block_s in (0.2, 1.2):
        pieces = list(streaming.render(model, f0_hz, loudness_db, block_s=block_s))
        assert max(len(piece) for piece in pieces) <= round(block_s * 4000)
        np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-5)


def test_frame_by_frame_equals_the_whole():
    model = Autoencoder(ModelSpec(SMALL, decoder="gru", width=8))
    f0_hz, loudness_db = _track(9)
    stream = streaming.Stream(model)
    state, pieces = stream.init_state(1), []
    for t in range(9):
        state, audio = stream.step(
            state, {"f0_hz": f0_hz[None, t:t + 1, None], "loudness_db": loudness_db[None, t:t + 1, None]})
        pieces.append(audio[0])
    pieces.append(stream.finish(state)[1][0])
    np.testing.assert_allclose(np.concatenate(pieces), _at_once(model, f0_hz, loudness_db), atol=1e-5)


@pytest.mark.parametrize("frames", [1, 11])
def test_any_number_of_frames(frames):
    model = Autoencoder(ModelSpec(SMALL, decoder="cnn", width=8))
    audio = np.concatenate(list(streaming.render(model, *_track(frames), block_s=0.2)))
    np.testing.assert_allclose(audio, _at_once(model, *_track(frames)), atol=1e-5)


def test_new_weights_are_heard_by_a_stream_that_is_compiled():
    model = Autoencoder(ModelSpec(SMALL, decoder="cnn", width=8))
    before = np.concatenate(list(streaming.render(model, *_track(10), block_s=0.2)))
    model.decoder.head.bias.assign(model.decoder.head.bias + 1.0)
    after = np.concatenate(list(streaming.render(model, *_track(10), block_s=0.2)))
    assert np.abs(after - before).max() > 1e-4


def test_wrong_tracks_are_told_in_words():
    model = Autoencoder(ModelSpec(SMALL, decoder="cnn", width=8))
    with pytest.raises(ValueError, match="3 frames and loudness_db with 2"):
        streaming.render(model, np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match="at least one frame"):
        streaming.render(model, np.ones(0), np.ones(0))
    with pytest.raises(ValueError, match="1 frames that are not numbers"):
        streaming.render(model, np.array([220, np.nan]), np.ones(2))
    with pytest.raises(ValueError, match="block_s came as 0.001"):
        streaming.render(model, np.ones(3), np.ones(3), block_s=0.001)
    with pytest.raises(ValueError, match="finished before a frame"):
        streaming.Stream(model).finish(streaming.Stream(model).init_state(1))
