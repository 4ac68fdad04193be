"""A plain tone that is played as an expression table says: what roll_tone.js makes in the browser, sample by sample.

Each of the six numbers acts as expression.py defines it, but that the level moves in half as many decibels.
"""

import numpy as np

from ddsp_helpers import audio, units

SAMPLE_RATE, HOP = 16000, 160
N_HARMONICS, N_BANDS = 24, 9
FRAME_RATE = SAMPLE_RATE // HOP
_TAIL_S, _ATTACK_FRAMES, _VIBRATO_HZ = 0.3, 6, 5.5


def control_frames(rows):
    """Controls of notes: a frame belongs to the note that began last and still sounds.

    Args:
      rows: lists of the ten columns of an expression table, in any order.

    Returns:
      {"f0_hz": [frames], "amplitudes": [frames, 24], "noise": [frames, 9]}.

    >>> frames = control_frames([[0.1, 0.2, 69, 0.7, 0.9, 0.2, 0.4, 0.0, 0.3, 1.0]])
    >>> float(frames["f0_hz"][20]), int((frames["amplitudes"].sum(axis=1) > 0).sum())
    (440.0, 20)
    """
    rows = sorted(rows, key=lambda row: row[0])
    n = int(np.ceil((max((row[0] + row[1] for row in rows), default=0.0) + _TAIL_S) * FRAME_RATE))
    f0_hz, amplitudes, noise = np.zeros(n), np.zeros([n, N_HARMONICS]), np.zeros([n, N_BANDS])
    for onset, duration, midi, _, volume, fluctuation, peak, vibrato, brightness, attack in rows:
        first, last = int(np.ceil(onset * FRAME_RATE - 1e-6)), int(np.ceil((onset + duration) * FRAME_RATE - 1e-6))
        at = np.arange(first, last) / FRAME_RATE - onset
        f0_hz[first:last] = units.midi_to_hz(
            midi + vibrato / 2.5 * np.sin(2 * np.pi * _VIBRATO_HZ * at) * np.minimum(1, at / 0.3))
        peak, deep_db = np.clip(peak, 0, 1), min(36.0, 60.0 * max(0.0, fluctuation))
        away = np.abs(at / duration - peak) / max(peak, 1 - peak)
        level_db = 30 * (volume - 0.9) - 24 + deep_db * (0.5 - away)
        edges = np.minimum(1, np.minimum((at + 0.01) / 0.02, (duration - at) / 0.03))
        ratio = 1 - 1 / max(1.0, 12 * brightness)        # geometric shares have their centre at 1 / (1 - ratio)
        shares = ratio ** np.arange(N_HARMONICS)
        amplitudes[first:last] = (10 ** (level_db / 20) * edges)[:, None] * shares / shares.sum()
        noise[first:last] = 0
        fading = np.maximum(0, 1 - np.arange(last - first) / _ATTACK_FRAMES)
        noise[first:last] = (10 ** (2 * (attack - 2.625)) * fading)[:, None]
    return {"f0_hz": _held(f0_hz), "amplitudes": amplitudes, "noise": noise}


def _held(f0_hz):
    """A pitch for every frame: between notes that of the one before, at the beginning that of the first."""
    sounding = np.flatnonzero(f0_hz)
    if not len(sounding):
        return np.full(len(f0_hz), 440.0)
    before = np.maximum.accumulate(np.where(f0_hz > 0, np.arange(len(f0_hz)), sounding[0]))
    return f0_hz[np.maximum(before, sounding[0])]


def render(rows):
    """The tone by `dsp`, audio.Audio."""
    from ddsp_helpers import dsp

    frames = control_frames(rows)
    amplitudes = np.float32(frames["amplitudes"])
    total = amplitudes.sum(axis=1, keepdims=True)
    shares = np.divide(amplitudes, total, out=np.zeros_like(amplitudes), where=total > 0)
    tone = dsp.harmonic_synthesis(np.float32(frames["f0_hz"])[None, :, None], total[None], shares[None],
                                  sample_rate=SAMPLE_RATE, hop=HOP)
    return audio.Audio((tone + dsp.filtered_noise(np.float32(frames["noise"])[None], hop=HOP))[0].numpy(), SAMPLE_RATE)
