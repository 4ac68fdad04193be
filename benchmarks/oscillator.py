"""Tuning and noise of the harmonic oscillator after ten minutes, with and without vibrato, against float64."""

import math

import numpy as np
import tensorflow as tf

from benchmarks.rows import Row
from ddsp_helpers import dsp

MINUTES, HARMONICS, PIECE_S, FRAME_RATE = 10, 100, 10, 50


def last_piece(sample_rate, f0_hz, *, vibrato):
    """The last ten seconds of ten minutes, rendered piece by piece, and the same in float64.

    Args:
      sample_rate: Hz.
      f0_hz: mean fundamental frequency, Hz.
      vibrato: how far it swings, as a share of it, 5.5 times a second.

    Returns:
      (audio, reference), each [samples].
    """
    frames, hop, state = PIECE_S * FRAME_RATE, sample_rate // FRAME_RATE, None
    swing = 1.0 + vibrato * np.sin(2 * math.pi * 5.5 * np.arange(frames + 1) / FRAME_RATE)     # 55 whole periods
    f0 = (f0_hz * swing).astype(np.float32)
    k = np.arange(1, HARMONICS + 1)
    shares = np.where(k * f0.max() < sample_rate / 2, 1.0 / k, 0.0)
    shares = (shares / shares.sum()).astype(np.float32)
    controls = [tf.constant(np.broadcast_to(x, [1, frames + 1, x.shape[-1]]), tf.float32)
                for x in (f0[None, :, None], np.full([1, 1, 1], 0.5), shares[None, None])]
    play = tf.function(lambda state: dsp.harmonic_synthesis(
        *(x[:, :-1] for x in controls), next_frame=[x[:, -1:] for x in controls], sample_rate=sample_rate, hop=hop,
        initial_phase=state, return_phase=True))
    state = tf.zeros([1, 1], tf.float64)
    for _ in range(MINUTES * 60 // PIECE_S):
        audio, state = play(state)
    cycles = _cycles(f0.astype(np.float64), sample_rate, hop)
    reference = sum(0.5 * float(share) * np.sin(2 * math.pi * np.mod(k * cycles, 1.0))
                    for k, share in enumerate(shares, start=1))
    return audio.numpy()[0].astype(np.float64), reference


def _cycles(f0, sample_rate, hop):
    """Phase of the last piece's samples in float64: what all pieces before it have turned, and a line per frame."""
    turns = np.cumsum(np.concatenate([[0.0], (f0[:-1] + f0[1:]) * hop / (2 * sample_rate)]))
    i = np.arange(hop)
    inside = (f0[:-1, None] * i + (f0[1:] - f0[:-1])[:, None] * i * i / (2 * hop)) / sample_rate
    return np.mod((MINUTES * 60 // PIECE_S - 1) * turns[-1] + turns[:-1, None] + inside, 1.0).reshape(-1)


def run():
    for sample_rate in (16000, 48000):
        for f0_hz in (110.0, 441.3):
            name = f"{sample_rate // 1000} kHz, {f0_hz:g} Hz, tenth minute"
            for vibrato in (0.0, 0.03):
                audio, reference = last_piece(sample_rate, f0_hz, vibrato=vibrato)
                snr_db = 10 * math.log10(np.sum(reference ** 2) / np.sum((audio - reference) ** 2))
                yield Row(f"{name}: signal-to-noise ratio{', with vibrato' if vibrato else ''}", snr_db, "dB", ">=", 95)
                if not vibrato:
                    yield Row(f"{name}: tuning error", _cents(audio, reference, f0_hz, sample_rate), "cents", "<", 0.1)


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
