"""Weights in few bits, for a page that must stay small: whole numbers, one step size for each column of a matrix.

    q_ij = round(w_ij / s_j),  s_j = max_i |w_ij| / levels;  vectors stay 16-bit floats.

Rounding shifts the mean of what a network says; the last bias takes that back (as in Nagel et al., "Data-Free
Quantization through Weight Equalization and Bias Correction", ICCV 2019).  Lesson 13.
"""

import base64
import zlib

import numpy as np

from ddsp_helpers.models import store

LEVELS = (127, 95, 63, 47, 39, 31, 23)      # largest whole number, finest first: 8 to 5.5 bits
_HEAD = "decoder/head/bias"


def pack(weights, levels):
    """Weights as bytes: the whole numbers of all matrices, then 16-bit floats: in the order
    of the layout the step sizes of a matrix or the values of a vector.

    Args:
      weights: name to array; those of two and more axes are matrices [in, out] in the order of their memory.
      levels: largest whole number, 1 to 127.

    Returns:
      Compressed bytes, and the layout, a list of {"name", "rows", "columns"} (rows 0 for what stays as it is).
    """
    wholes, floats, layout = [], [], []
    for name, weight in sorted(weights.items()):
        if weight.ndim > 1 and not name.endswith("/bias"):
            matrix = np.asarray(weight, np.float32).reshape(-1, weight.shape[-1])
            steps = (np.abs(matrix).max(axis=0) / levels).astype(np.float16)
            wide = np.where(steps > 0, steps, 1).astype(np.float32)
            wholes.append(np.clip(np.rint(matrix / wide), -levels, levels).astype(np.int8))
            floats.append(steps)
            layout.append({"name": name, "rows": len(matrix), "columns": matrix.shape[1]})
        else:
            floats.append(np.asarray(weight, np.float16).reshape(-1))
            layout.append({"name": name, "rows": 0, "columns": weight.size})
    data = b"".join([*(whole.tobytes() for whole in wholes), *(part.astype("<f2").tobytes() for part in floats)])
    return zlib.compress(data, 9), layout


def unpack(packed, layout):
    """The inverse of pack, as the page reads it: {name: float32 array [rows, columns] or [columns]}."""
    data = zlib.decompress(packed)
    n_wholes = sum(part["rows"] * part["columns"] for part in layout)
    wholes, floats = np.frombuffer(data, np.int8, n_wholes), np.frombuffer(data[n_wholes:], "<f2").astype(np.float32)
    found, whole_at, float_at = {}, 0, 0
    for part in layout:
        rows, columns = part["rows"], part["columns"]
        values = floats[float_at:float_at + columns]
        float_at += columns
        if rows:
            values = wholes[whole_at:whole_at + rows * columns].reshape(rows, columns) * values
            whole_at += rows * columns
        found[part["name"]] = values
    return found


def as_text(data):
    """Bytes as letters that may stand in a page, five for four bytes: base 85 with a comma for the less-than sign.

    >>> as_text(b"sound"), from_text(as_text(b"sound"))
    ('b8mHSWB', b'sound')
    """
    return base64.b85encode(data).decode().replace("<", ",")


def from_text(text):
    """The inverse of as_text."""
    return base64.b85decode(text.replace(",", "<"))


def decoder_weights(model):
    """The weights of a model's network by name, without its room."""
    return {name: weight for name, weight in store.get_weights(model).items() if name.startswith("decoder/")}


def quantised(model, levels):
    """Packed weights of a model's decoder, its layout, and a model that plays with them.

    Args:
      model: models.Autoencoder with statistics, without z.
      levels: largest whole number of a weight.

    Returns:
      (bytes, layout, Autoencoder).
    """
    weights, phrase = decoder_weights(model), practice(model)
    packed, layout = pack(weights, levels)
    coarse = _playing(model, packed, layout)
    shift = (model.decoder(model.encode(phrase)) - coarse.decoder(coarse.encode(phrase))).numpy()[0].mean(axis=0)
    packed, layout = pack({**weights, _HEAD: weights[_HEAD] + shift}, levels)
    return packed, layout, _playing(model, packed, layout)


def _playing(model, packed, layout):
    """A copy of a model with the weights of a page."""
    copy, weights = store.build(model.model_spec), store.get_weights(model)
    read = {name: value.reshape(weights[name].shape) for name, value in unpack(packed, layout).items()}
    store.set_weights(copy, {**weights, **read}, source="page")
    copy.statistics, copy.card = model.statistics, model.card
    return copy


def practice(model, *, seconds=12.0, seed=0):
    """A phrase all over an instrument's range: {"f0_hz", "loudness_db"}, each [1, frames, 1].

    Four notes a second between the lowest and the highest that count, loudness wandering through its quantiles.
    """
    from ddsp_helpers import transfer, units

    statistics, random = model.statistics, np.random.default_rng(seed)
    frame_rate = model.model_spec.synth.frame_rate
    frames, note, swell = round(seconds * frame_rate), max(1, frame_rate // 4), max(1, frame_rate // 5)
    midi = np.repeat(random.uniform(*transfer.usual_range(statistics), frames // note + 1), note)[:frames]
    places = random.uniform(0, 1, frames // swell + 2)
    places = np.interp(np.arange(frames), np.arange(len(places)) * swell, places)
    quantiles = np.asarray(statistics.loudness_quantiles_db)
    loudness_db = np.interp(places, np.linspace(0, 1, len(quantiles)), quantiles)
    tracks = {"f0_hz": units.midi_to_hz(midi), "loudness_db": loudness_db}
    return {name: np.asarray(track, np.float32)[None, :, None] for name, track in tracks.items()}


def difference_db(model, coarse):
    """What a listener may notice of the coarse weights: levels of harmonics and of noise, playing `practice`.

    Args:
      model: models.Autoencoder.
      coarse: the same with the weights of a page.

    Returns:
      (harmonics, noise): the difference that 95 % of what is within 40 dB of the frame's strongest stays below, dB.
    """
    phrase = practice(model, seed=1)
    exact, heard = ({name: np.asarray(x)[0] for name, x in one.controls(phrase).items()} for one in (model, coarse))
    pairs = [[c["amplitude"] * c["harmonic_distribution"] for c in (exact, heard)],
             [c["noise_magnitudes"] for c in (exact, heard)]]
    return tuple(_distance(a, b) for a, b in pairs)


def _distance(a, b):
    strong = a > a.max(axis=1, keepdims=True) * 0.01
    return float(np.quantile(np.abs(20 * np.log10(np.maximum(b[strong], 1e-9) / a[strong])), 0.95))
