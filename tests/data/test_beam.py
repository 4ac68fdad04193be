"""The steps of the Beam pipeline without Beam; the pipeline itself on the DirectRunner where Beam is installed.

Beam is an optional extra whose protobuf does not go with the pinned one: only the last test needs it.
"""

import functools

import numpy as np
import pytest

from ddsp_helpers.audio import Audio
from ddsp_helpers.data import Dataset, Recording, beam, prepare
from ddsp_helpers.spec import SPEC_16K

RATE = 16000
SETTINGS = {"pitch": "swiftf0", "held_out": 0.3, "window_s": 1.0}


def sound(midi):
    time = np.arange(2 * RATE) / RATE
    f0_hz = 440 * 2 ** ((midi - 69) / 12)
    return Audio((0.2 * sum(np.sin(2 * np.pi * k * f0_hz * time) / k for k in (1, 2, 3))).astype(np.float32), RATE)


def silence():
    return Audio(np.zeros(RATE, np.float32), RATE)


def takes():
    made = [Recording(f"take {m}", f"take {m}", RATE, 2.0, functools.partial(sound, m), fingerprint=str(m))
            for m in (60, 64, 67, 72)]
    return made + [Recording("silent", "silent", RATE, 1.0, silence, fingerprint="silent")]


def test_the_steps_make_the_same_dataset(tmp_path):
    recordings = takes()
    with pytest.warns(UserWarning, match="Left out: silent"):
        local = prepare.prepare(recordings, tmp_path / "local", progress=False, **SETTINGS)
    held = prepare.split(recordings, held_out=0.3)
    parts = [beam.part(r, index=i, held_out=r.name in held, folder=tmp_path, spec=SPEC_16K, pitch="swiftf0")
             for i, r in enumerate(recordings)]
    plan = {"spec": SPEC_16K, "pitch": "swiftf0", "window_s": 1.0, "stride_s": 1.0, "request": ""}
    beam.gather(parts[::-1], folder=tmp_path, held=held, plan=plan)
    assert_same(local, Dataset.open(tmp_path))


def assert_same(a, b):
    assert a.statistics == b.statistics
    assert {e.name: e.held_out for e in a.recordings} == {e.name: e.held_out for e in b.recordings}
    assert {f.kind for f in a.findings} == {f.kind for f in b.findings} == {"silence"}
    for x, y in zip(sorted(a.read("train"), key=lambda r: r[0]), sorted(b.read("train"), key=lambda r: r[0])):
        assert x[0] == y[0]
        np.testing.assert_array_equal(x[1], y[1])
        np.testing.assert_array_equal(x[2].f0_hz, y[2].f0_hz)


def test_a_pipeline_on_the_direct_runner(tmp_path):
    pytest.importorskip("apache_beam", reason="Apache Beam is an optional extra")
    with pytest.warns(UserWarning, match="Left out: silent"):
        local = prepare.prepare(takes(), tmp_path / "local", progress=False, **SETTINGS)
    assert_same(local, beam.prepare(takes(), tmp_path / "beam", **SETTINGS))
    with pytest.raises(ValueError, match="exists"):
        beam.prepare(takes(), tmp_path / "beam", **SETTINGS)
