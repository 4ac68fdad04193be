"""The learned room as a wav: the rate that it claims, the sound that it makes."""

import numpy as np
import pytest
import soundfile

from ddsp_helpers import SynthSpec
from ddsp_helpers.export import impulse_response
from tests.export.instruments import SMALL, instrument


def test_convolving_with_the_file_is_the_room(tmp_path):
    model = instrument(SMALL, decoder="cnn", width=4, reverb_s=0.25)
    report = impulse_response.write(model, tmp_path / "room.wav")
    taps, rate = soundfile.read(tmp_path / "room.wav")
    assert rate == 4000 and len(taps) == 1000 and taps[0] == 1.0 and "4000 Hz" in str(report)
    sound = np.random.default_rng(0).standard_normal([1, 700]).astype(np.float32)
    np.testing.assert_allclose(np.convolve(sound[0], taps)[:700], model.reverb(sound)[0], atol=1e-4)


def test_the_quiet_end_of_a_room_is_kept(tmp_path):
    model = instrument(SMALL, decoder="cnn", width=4, reverb_s=0.25)
    model.reverb.ir.assign(1e-6 * model.reverb.ir)          # far below one step of 16 bits
    impulse_response.write(model, tmp_path / "room.wav")
    taps = soundfile.read(tmp_path / "room.wav", dtype="float32")[0]
    np.testing.assert_array_equal(taps[1:], model.reverb.ir.numpy()[1:])


def test_another_rate_is_in_the_header(tmp_path):
    synth = SynthSpec(sample_rate=48000, n_harmonics=4, n_noise_bands=5)
    model = instrument(synth, decoder="cnn", width=4, reverb_s=0.01)
    impulse_response.write(model, tmp_path / "room.wav")
    assert soundfile.info(tmp_path / "room.wav").samplerate == 48000


def test_refused_in_words(tmp_path):
    with pytest.raises(ValueError, match="no learned room"):
        impulse_response.write(instrument(SMALL, decoder="cnn", width=4), tmp_path / "room.wav")
    with pytest.raises(ValueError, match="ending in .wav"):
        impulse_response.write(instrument(SMALL, decoder="cnn", width=4, reverb_s=0.1), tmp_path / "room.aiff")
    assert not list(tmp_path.iterdir())
