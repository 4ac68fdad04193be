"""Checks of lesson 08: the autoencoder."""

import numpy as np

from ddsp_helpers.classroom import listen, plots
from ddsp_helpers.classroom.check.framework import Wrong, array, call, exercise

_SHAPES = {"audio": (8, 48000), "f0_hz": (8, 150, 1), "harmonic_distribution": (8, 150, 100), "noise_magnitudes": (8, 150, 65)}


@exercise("08.1", "Every shape")
def ex08_1(shapes):
    if not isinstance(shapes, dict) or set(shapes) != set(_SHAPES):
        raise Wrong(f"A dictionary with the keys {', '.join(_SHAPES)} was wanted.")
    for name, wanted in _SHAPES.items():
        try:
            shape = tuple(int(n) for n in shapes[name])
        except (TypeError, ValueError) as error:
            raise Wrong(f"{name}: {shapes[name]!r} is no shape; write a tuple such as (8, 150, 1).") from error
        if shape == wanted:
            continue
        if len(shape) != len(wanted):
            axes = "[batch, samples]" if name == "audio" else "[batch, frames, channels]"
            raise Wrong(f"{name}: you give {len(shape)} axes; it has {len(wanted)}, {axes}.")
        axis = next(i for i, (a, b) in enumerate(zip(shape, wanted)) if a != b)
        what = "batch" if axis == 0 else "samples: seconds × sample rate" if name == "audio" else (
            "frames: seconds × frame rate" if axis == 1 else "channels")
        raise Wrong(f"{name}: axis {axis} is {shape[axis]}. It counts {what}.")
    return "That is 384 000 samples made from 2400 numbers, two for each of 1200 frames."


@exercise("08.2", "exp_sigmoid")
def ex08_2(my_exp_sigmoid):
    y = np.array([[-100.0, -10.0, -2.0], [0.0, 2.0, 100.0]])
    with np.errstate(over="ignore"):
        answer = array(call(my_exp_sigmoid, y.copy(), what="my_exp_sigmoid"), "What my_exp_sigmoid returns", shape=(2, 3))
        sigmoid = 1 / (1 + np.exp(-y))
    wanted = 2 * sigmoid ** np.log(10) + 1e-7
    if np.allclose(answer, wanted, rtol=1e-4, atol=1e-9):
        return "At 100 it is 2, at −100 it is one ten-millionth: whatever the network says, the synthesizer can play it."
    for reason, guess in {
        "That is 2 σ(y)^10: the exponent is the natural logarithm of 10, 2.303.": 2 * sigmoid**10 + 1e-7,
        "That is 2 σ(y)^1: the exponent of log10 is 1; np.log is the natural logarithm.": 2 * sigmoid + 1e-7,
        "The factor 2 is missing.": sigmoid ** np.log(10) + 1e-7,
        "The smallest value 1e-7 is missing: silence must stay above zero, or its logarithm is infinite.": 2 * sigmoid ** np.log(10),
        "That is the exponential: at 100 it would break every loudspeaker.": np.exp(y),
    }.items():
        if np.allclose(answer, guess, rtol=1e-4, atol=1e-12):
            raise Wrong(reason)
    i = int(np.argmax(np.abs(answer / wanted - 1)))
    x = np.linspace(-10, 10, 5)
    picture = plots.lines(x, {"wanted": 2 / (1 + np.exp(-x)) ** np.log(10)}, x_label="output", y_label="control")
    raise Wrong(f"At {y.flat[i]:g} you return {answer.flat[i]:.4g}; {wanted.flat[i]:.4g} was wanted.", picture)


def _sound(shares, seconds=1.2, f0_hz=220.0):
    """A note with these shares, [harmonics], at 16 kHz."""
    times = np.arange(int(16000 * seconds)) / 16000
    fade = np.minimum(1, np.minimum(times, seconds - times) / 0.03)
    return 0.4 * fade * sum(share * np.sin(2 * np.pi * k * f0_hz * times) for k, share in enumerate(shares, 1))


@exercise("08.3", "A hollow violin")
def ex08_3(hollow):
    raw = 1 / np.arange(1, 21) * np.array([[[1.0]], [[1.0]]]) * np.linspace(1, 2, 20) ** np.array([[[0.0], [1.0], [2.0]]])
    distribution = (raw / raw.sum(-1, keepdims=True)).astype(np.float32)          # [2, 3, 20]
    odd = np.where(np.arange(20) % 2 == 0, distribution, 0)
    wanted = odd / odd.sum(-1, keepdims=True)
    answer = array(call(hollow, distribution.copy(), what="hollow"), "What hollow returns", shape=(2, 3, 20))
    both = listen.several({"wanted": _sound(wanted[0, 0]), "yours": _sound(np.clip(answer[0, 0], -1, 1))}, sample_rate=16000)
    if np.allclose(answer, wanted, atol=1e-5):
        before = listen.several({"all harmonics": _sound(distribution[0, 0]), "hollow": _sound(wanted[0, 0])}, sample_rate=16000)
        return "Odd harmonics only, and the shares still sum to 1. Hear the same note before and after.", before
    if np.allclose(answer, odd, atol=1e-5):
        lost = -20 * np.log10(odd[0, 0].sum())
        raise Wrong(f"The right harmonics, but the shares no longer sum to 1: your note is {lost:.1f} dB too quiet.", both)
    if answer[..., ::2].max() < 1e-6 < answer[..., 1::2].max():
        raise Wrong("You kept the harmonics 2, 4, 6, …: index 0 is harmonic 1. Your note sounds an octave higher.", both)
    if answer[..., 1::2].max() > 1e-6:
        raise Wrong("Some even harmonics are still there: index 1, 3, 5, … are the harmonics 2, 4, 6, …", both)
    raise Wrong(f"The shares sum to {answer.sum(-1).min():.3f} to {answer.sum(-1).max():.3f} over the frames; 1 in every frame was wanted. "
                "Sum over the last axis only, with keepdims=True.", both)
