"""Tuning and noise of the harmonic oscillator after ten minutes, against float64."""

import math

import numpy as np
import tensorflow as tf

from benchmarks.rows import Row
from ddsp_helpers import dsp

MINUTES, HARMONICS, PIECE_S = 10, 20, 10


def last_piece(sample_rate, f0_hz, *, frame_rate=50):
    """The last ten seconds of ten minutes, rendered piece by piece, and the same in float64.

    Returns:
      (audio, reference), each [samples].
    """
    frames, state = PIECE_S * frame_rate, None
    shape = [1, frames, 1]
    f0 = tf.fill(shape, f0_hz)
    shares = 1.0 / np.arange(1, HARMONICS + 1)
    shares = np.where(np.arange(1, HARMONICS + 1) * f0_hz < sample_rate / 2, shares, 0.0)
    shares = (shares / shares.sum()).astype(np.float32)
    distribution = tf.constant(np.broadcast_to(shares, [1, frames, HARMONICS]))
    for _ in range(MINUTES * 60 // PIECE_S):
        audio, state = dsp.harmonic_synthesis(f0, tf.fill(shape, 0.5), distribution, sample_rate=sample_rate,
                                              hop=sample_rate // frame_rate, initial_phase=state, return_phase=True)
    n = np.arange((MINUTES * 60 - PIECE_S) * sample_rate, MINUTES * 60 * sample_rate, dtype=np.float64)
    cycles = float(np.float32(f0_hz)) * n / sample_rate
    reference = sum(0.5 * float(share) * np.sin(2 * math.pi * np.mod(k * cycles, 1.0))
                    for k, share in enumerate(shares, start=1))
    return audio.numpy()[0].astype(np.float64), reference


def run():
    rows = []
    for sample_rate in (16000, 48000):
        for f0_hz in (110.0, 441.3):
            audio, reference = last_piece(sample_rate, f0_hz)
            noise = np.sum((audio - reference) ** 2)
            snr_db = 10 * math.log10(np.sum(reference ** 2) / noise)
            name = f"{sample_rate // 1000} kHz, {f0_hz:g} Hz, tenth minute"
            rows.append(Row(f"{name}: signal-to-noise ratio", snr_db, "dB", ">", 80))
            rows.append(Row(f"{name}: tuning error", _cents(audio, reference, f0_hz, sample_rate), "cents", "<", 0.1))
    return rows


def _cents(audio, reference, f0_hz, sample_rate):
    """Tuning error from how far the fundamental's phase wanders from the reference over the piece."""
    n = np.arange(len(audio))
    window = np.hanning(sample_rate)
    drift = []
    for start in (0, len(audio) - sample_rate):
        part = slice(start, start + sample_rate)
        wave = np.exp(-2j * math.pi * f0_hz * n[part] / sample_rate) * window
        drift.append(np.angle(np.sum(audio[part] * wave) / np.sum(reference[part] * wave)))
    seconds = (len(audio) - sample_rate) / sample_rate
    error_hz = abs(drift[1] - drift[0]) / (2 * math.pi * seconds)
    return 1200 * math.log2(1 + error_hz / f0_hz)
