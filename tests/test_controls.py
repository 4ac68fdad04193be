"""Controls: one declared range each, and curves that invert."""

import numpy as np
import pytest

from ddsp_helpers import controls


@pytest.mark.parametrize("control", controls.CONTROLS.values(), ids=lambda control: control.name)
def test_each_declared_control(control):
    u = np.linspace(0, 1, 11)
    values = control.from_unit(u).clip(control.minimum, control.maximum)
    np.testing.assert_allclose(control.to_unit(values), u, atol=1e-9)
    assert control.from_unit(0.0) == pytest.approx(control.minimum)
    assert control.from_unit(1.0) == pytest.approx(control.maximum)
    assert control.description and control.label and control.check(control.default) == control.default


def test_labels():
    assert controls.F0.label == "f0 (Hz)" and controls.AUTOTUNE.label == "autotune"


def test_outside_is_refused():
    with pytest.raises(ValueError, match="f0_hz came as 5 Hz; 20 to 4200 Hz was wanted"):
        controls.F0.check(5.0)
    with pytest.raises(ValueError, match="came as nan"):
        controls.LOUDNESS.check([0.0, float("nan")])


@pytest.mark.parametrize("change", [
    {"maximum": 0.0}, {"curve": "exp"}, {"curve": "log"}, {"default": 2.0},
])
def test_broken_declarations_are_refused(change):
    fields = dict(
        name="x", minimum=0.0, maximum=1.0, unit="", curve="linear", default=0.5, description="a test")
    controls.Control(**fields)
    with pytest.raises(ValueError):
        controls.Control(**{**fields, **change})
