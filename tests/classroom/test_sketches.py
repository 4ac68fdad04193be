"""Sounds and pictures that lessons draw with."""

import numpy as np
import pytest

from ddsp_helpers import audio
from ddsp_helpers.classroom import plots, sketches

RATE = 16000


def test_harmonics_only_keeps_the_note_and_drops_the_noise():
    t = np.arange(2 * RATE) / RATE
    cycles = np.cumsum(440 * 2 ** (0.1 * np.sin(2 * np.pi * 5 * t) / 12)) / RATE             # 10 cents of vibrato
    note = 0.2 * np.sin(2 * np.pi * cycles) + 0.1 * np.sin(4 * np.pi * cycles)
    noise = 0.02 * np.random.default_rng(0).normal(size=len(t))
    tone = sketches.harmonics_only(audio.Audio(np.float32(note + noise), RATE), 440.0).samples[4000:-4000]
    assert audio.rms_db(tone) == pytest.approx(audio.rms_db(note[4000:-4000]), abs=0.2)
    power = np.abs(np.fft.rfft(tone * np.hanning(len(tone)))) ** 2
    hz = np.fft.rfftfreq(len(tone), 1 / RATE)
    share = power[np.abs(hz - 440) < 30].sum() / power[np.abs(hz - 880) < 60].sum()
    assert 10 * np.log10(share) == pytest.approx(6.02, abs=0.3)
    between = (hz > 560) & (hz < 760)                                                        # no noise there any more
    assert power[between].mean() < 0.01 * (0.02**2 * np.sum(np.hanning(len(tone)) ** 2))


def test_descents_tell_where_each_ball_stays():
    x = np.linspace(-2, 2, 81)
    picture = plots.descents(x, x**2, {"left": [-1.5, -0.5, 0.0], "right": [1.0, 0.8]}, x_label="cents", y_label="loss")
    assert "left begins at -1.5 and stays at 0." in picture.alt and "right begins at 1 and stays at 0.8." in picture.alt
