"""Every widget stands up with the versions at hand: the course's own, or those of a lane such as Google Colab's."""
import numpy as np
import pytest

from ddsp_helpers import audio, widgets
from ddsp_helpers.data.melodies import Note

RATE = 16000


def tone(hz=220.0):
    t = np.arange(RATE) / RATE
    return audio.Audio((0.2 * np.sin(2 * np.pi * hz * t) * np.sin(np.pi * t)).astype(np.float32), RATE)


def corner(slope):
    shares = np.arange(1, 37) ** slope
    shares = np.concatenate([shares / shares.sum(), np.zeros(64)])
    return {"f0_hz": np.full([1, 50, 1], 220.0), "amplitude": np.full([1, 50, 1], 0.2),
            "harmonic_distribution": np.tile(shares, [1, 50, 1]), "noise_magnitudes": np.full([1, 50, 65], 1e-3)}


def a_model_and_its_inputs():
    from ddsp_helpers import SynthSpec, models

    model = models.Autoencoder(models.ModelSpec(SynthSpec(n_harmonics=20, n_noise_bands=17), decoder="cnn", width=16))
    return model, {"f0_hz": np.full([1, 50, 1], 220.0, np.float32), "loudness_db": np.full([1, 50, 1], -20.0, np.float32)}


def an_instrument():
    from ddsp_helpers import models

    return (models.load_instrument("flute"),)


def stages():
    """Two snapshots of a training."""
    told = {"elapsed_s": 1.0, "loss": 5.0, "held_out_loss": 6.0}
    return [{**told, "step": step, "audio": tone(hz).samples} for step, hz in ((0, 110.0), (10, 220.0))]


# What a widget cannot do without; all others need nothing.
NEEDS = {
    "Compare": lambda: ({"low": tone(), "high": tone(330.0)},),
    "F0Editor": lambda: (tone(), np.full(50, 220.0)),
    "Instrument": an_instrument,
    "PianoRoll": lambda: ([Note(0.0, 0.5, 69.0), Note(0.5, 0.5, 71.0)],),
    "Recorder": lambda: (tone(),),
    "SignalFlow": a_model_and_its_inputs,
    "SpectrogramScrubber": lambda: (tone(),),
    "TrainingTimeLapse": lambda: (stages(),),
    "XYPad": lambda: ({name: corner(slope) for name, slope in zip("abcd", (-3.0, -2.0, -1.5, -1.0))},),
    "YouAgainstAdam": lambda: (tone(),),
}


@pytest.mark.parametrize("name", dir(widgets))
def test_widget_stands_up_and_shows_itself(name):
    widget = getattr(widgets, name)(*NEEDS.get(name, tuple)())
    state = widget.get_state()
    assert "export default" in state["_esm"] and state["_model_module"] == "anywidget"
    widget.value = dict(widget.value)
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in data and "alt=" in data["text/html"]
    assert "0x" not in repr(widget), "a notebook tested by nbval shows the same words every time"
    widget.close()
