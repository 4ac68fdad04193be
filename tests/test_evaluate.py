"""The report: a perfect model gets perfect figures, a bad one does not, and the table and JSON say so."""
import json
import types

import numpy as np
import pytest
import soundfile

from ddsp_helpers import audio, evaluate, features, spec

RATE = 16000


def phrase(seconds=2.0, f_hz=330.0, rate=RATE):
    t = np.arange(round(seconds * rate)) / rate
    swell = 0.5 + 0.4 * np.sin(2 * np.pi * 1.5 * t)
    return (0.3 * swell * sum(np.sin(2 * np.pi * k * f_hz * t) / k for k in range(1, 12))).astype(np.float32)


class Echo:
    """Plays back what it was given, changed by `alter`; stands in for an Autoencoder."""

    def __init__(self, alter=lambda sound: sound, synth=spec.SPEC_16K):
        self.alter = alter
        self.model_spec = types.SimpleNamespace(synth=synth, name="echo", decoder="none")

    def __call__(self, inputs):
        return {"audio": np.stack([self.alter(np.asarray(sound)) for sound in inputs["audio"]])}

    def count_params(self):
        return 1234


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings")
    audio.save(path / "a.wav", phrase(9.5), sample_rate=RATE)              # more than one clip
    soundfile.write(path / "b.flac", phrase(1.3, 196.0, 44100), 44100)
    return path


def test_a_perfect_model(folder):
    seen = []
    report = evaluate.evaluate(Echo(), folder, frechet=False, progress=seen.append)
    assert len(report.rows) == 2 and abs(report.summary["seconds"] - 10.8) < 0.05 and seen == sorted(seen)
    nothing = ("spectral_distance", "loudness_l1_db", "f0_median_cents", "f0_outlier_share")
    assert [report.summary[name] for name in nothing] == [0, 0, 0, 0]
    assert report.summary["voicing_agreement"] == 1 == pytest.approx(report.summary["loudness_correlation"])
    assert report.summary["parameters"] == 1234 and report.summary["real_time_factor"] > 1
    assert "frechet_distance" not in report.summary


def test_a_bad_model_is_seen(folder):
    files = sorted(folder.iterdir())
    quiet = evaluate.evaluate(Echo(lambda sound: 0.1 * sound), files, frechet=False).summary
    assert abs(quiet["loudness_l1_db"] - 20) < 1.5
    assert quiet["f0_median_cents"] < 2 < quiet["spectral_distance"]
    slow = np.interp(np.arange(200000) * 2 ** (-1 / 12), np.arange(200000), np.arange(200000)).astype(int)
    flat = evaluate.evaluate(Echo(lambda sound: sound[slow[:len(sound)]]), files[:1], frechet=False).summary
    assert abs(flat["f0_median_cents"] - 100) < 5 and flat["f0_outlier_share"] > 0.9


def test_table_and_json(folder, tmp_path):
    report = evaluate.evaluate(Echo(lambda sound: 0 * sound), folder, frechet=False, max_s=1.0)
    table = report.table()
    assert "spectral_distance" in table and table.count("\n") >= 5 and "parameters: 1,234" in table
    report.to_json(tmp_path / "report.json")
    found = json.loads((tmp_path / "report.json").read_text())
    assert found["summary"]["f0_median_cents"] is None      # a silent sound has no pitch error
    assert found["units"]["loudness_l1_db"] == "dB" and len(found["recordings"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_frechet_distance(folder, monkeypatch):
    from ddsp_helpers.features import musicnn

    def embed(sound, *, sample_rate):
        whole = sound[:len(sound) // 320 * 320].reshape(-1, 320)
        return np.abs(np.fft.rfft(whole))[:, :3], None

    monkeypatch.setattr(musicnn, "embed", embed)
    same = evaluate.evaluate(Echo(), folder).summary
    other = evaluate.evaluate(Echo(lambda sound: sound ** 3), folder).summary
    assert same["frechet_distance"] < 1e-6 < other["frechet_distance"] and same["frechet_windows"] > 100
    few = evaluate.Report((), {"frechet_distance": 3.0, "frechet_windows": 12})
    assert "rests on 12 windows" in few.table()


class Held:
    """A dataset that holds out two recordings."""

    spec = spec.SPEC_16K

    def read(self, split):
        assert split == "held_out"
        for name, seconds in (("first", 9.0), ("second", 1.01)):
            sound = phrase(seconds)
            yield name, sound, features.extract(sound, sample_rate=RATE)


def test_a_dataset():
    report = evaluate.evaluate(Echo(), Held(), frechet=False)
    assert [row["name"] for row in report.rows] == ["first", "second"]
    assert report.summary["spectral_distance"] == 0 == report.summary["f0_outlier_share"]
    with pytest.raises(ValueError, match="sample rate"):
        evaluate.evaluate(Echo(synth=spec.SPEC_48K), Held(), frechet=False)


def test_refusals(tmp_path):
    with pytest.raises(ValueError, match="no sound to evaluate"):
        evaluate.evaluate(Echo(), [], frechet=False)
    with pytest.raises(ValueError, match="disagree on their rates"):
        audio.save(tmp_path / "a.wav", phrase(1.0), sample_rate=RATE)
        evaluate.evaluate(Echo(lambda sound: sound[:-10]), [tmp_path / "a.wav"], frechet=False)


def test_what_cannot_be_used_is_left_out_and_said(tmp_path):
    broken = phrase(1.0)
    broken[100] = np.nan
    stereo = np.stack([phrase(), -phrase()], axis=1)
    for name, sound in (("broken", broken), ("silent", np.zeros(RATE)), ("stereo", stereo)):
        soundfile.write(tmp_path / f"{name}.wav", sound, RATE, subtype="FLOAT")
    words = "no sound to evaluate.*\n- broken.wav: .*NaN.*\n- silent.wav.*\n- stereo.wav.*cancel"
    with pytest.raises(ValueError, match=words):
        evaluate.evaluate(Echo(), tmp_path, frechet=False)
    audio.save(tmp_path / "good.wav", phrase(), sample_rate=RATE)
    with pytest.warns(UserWarning, match="Left out: ") as said:
        report = evaluate.evaluate(Echo(), tmp_path, frechet=False)
    assert [str(each.message).split()[2] for each in said] == ["broken.wav:", "silent.wav:", "stereo.wav:"]
    assert [row["name"] for row in report.rows] == ["good.wav"]


def test_compare_audio():
    same = evaluate.compare_audio(phrase(), phrase(2.5), RATE)
    assert same["spectral_distance"] == 0 and same["f0_outlier_share"] == 0
    wide = evaluate.compare_audio(phrase(rate=48000), phrase(f_hz=349.23, rate=48000), 48000)
    assert abs(wide["f0_median_cents"] - 98) < 5 and wide["spectral_distance"] > 0
