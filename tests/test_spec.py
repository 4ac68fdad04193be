"""The specification: its arithmetic, its refusals."""

import dataclasses
import json

import pytest

from ddsp_helpers import SPEC_16K, SPEC_48K, SynthSpec


def test_arithmetic():
    assert (SPEC_16K.hop, SPEC_48K.hop) == (320, 960)
    assert SPEC_16K.n_frames(64000) == 200 and SPEC_16K.n_frames(64001) == 201
    assert SPEC_16K.n_samples(200) == 64000


def test_it_survives_json_and_cannot_change():
    assert SynthSpec.from_dict(json.loads(json.dumps(SPEC_48K.to_dict()))) == SPEC_48K
    with pytest.raises(dataclasses.FrozenInstanceError):
        SPEC_16K.sample_rate = 8000


@pytest.mark.parametrize("fields, words", [
    ({"sample_rate": 44100, "frame_rate": 64}, "does not divide"),
    ({"n_harmonics": 0}, "n_harmonics came as 0"),
    ({"frame_rate": 50.5}, "frame_rate came as 50.5"), ({"n_noise_bands": 1}, "at least 2"),
    ({"sample_rate": True}, "sample_rate came as True"),
])
def test_what_cannot_be_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        SynthSpec(**fields)


def test_unknown_fields_are_refused():
    with pytest.raises(ValueError, match="were wanted"):
        SynthSpec.from_dict({"sample_rate": 16000})


def test_mixing_is_refused_in_words():
    SPEC_16K.require_same(SynthSpec())
    with pytest.raises(ValueError, match="sample rate .* 16000 in the dataset but 48000 in the checkp.*harm"):
        SPEC_16K.require_same(SPEC_48K)
    with pytest.raises(ValueError, match="in the recording but 48000 in the model"):
        SPEC_16K.require_same(SPEC_48K, mine="recording", theirs="model")
