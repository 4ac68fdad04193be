"""The synthesizers and the room in PyTorch, one hop at a time; their sound is that of `synths` and `effects`.

A hop is rendered from the controls at its start and at its end.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn

from ddsp_helpers import dsp
from ddsp_helpers.dsp import segments


class Harmonic(nn.Module):
    """dsp.harmonic_synthesis of one hop.

    Args:
      spec: SynthSpec.
    """

    phase: Tensor

    def __init__(self, spec):
        super().__init__()
        self.sample_rate, self.hop = spec.sample_rate, spec.hop
        self.register_buffer("phase", torch.zeros([], dtype=torch.float64), persistent=False)     # cycles, 0 to 1
        self.register_buffer("i", torch.arange(spec.hop, dtype=torch.float64), persistent=False)
        self.register_buffer("k", torch.arange(1, spec.n_harmonics + 1, dtype=torch.float64), persistent=False)
        ramp = 0.5 - 0.5 * torch.cos(math.pi * self.i / spec.hop)
        self.register_buffer("ramp", ramp.float(), persistent=False)

    def reset(self) -> None:
        self.phase = torch.zeros_like(self.phase)

    def forward(self, f0_hz: Tensor, levels: Tensor) -> Tensor:
        """Audio [hop] of f0 at both ends, [2], Hz, and of each harmonic's amplitude there, [2, n_harmonics]."""
        highest = f0_hz.abs().max() / self.sample_rate                          # cycles per sample
        audible = int((highest * self.k.float() < 0.5).sum())
        f = f0_hz.double() / self.sample_rate
        cycles = self.phase + f[0] * self.i + (f[1] - f[0]) / (2.0 * self.hop) * self.i * self.i
        after = self.phase + (f[0] + f[1]) * (0.5 * self.hop)
        self.phase = after - after.floor()
        cycles = (cycles - cycles.floor())[:, None] * self.k[:audible]          # float64: exact for every harmonic
        waves = torch.sin((cycles - cycles.floor()).float() * (2.0 * math.pi))
        here, there = (waves @ levels[:, :audible].t()).unbind(1)
        return here + (there - here) * self.ramp


class FilteredNoise(nn.Module):
    """dsp.filtered_noise of one hop, as dsp.noise.step_stream makes it.

    Args:
      spec: SynthSpec.
      seed: which noise.
    """

    start: Tensor
    tail: Tensor

    def __init__(self, spec, seed):
        super().__init__()
        plan = segments.plan(hop=spec.hop, n_bands=spec.n_noise_bands)
        self.hop, self.segment, self.steps = plan.hop, plan.segment, plan.steps
        self.half, self.fft_length = plan.half, plan.fft_length
        self.key = int(dsp.noise.noise_keys(1, seed)[0])
        matrix = segments.response_matrix(plan.n_bands, plan.fft_length)
        self.register_buffer("matrix", torch.from_numpy(matrix.copy()), persistent=False)
        self.register_buffer("u", (torch.arange(plan.steps) / plan.steps)[:, None], persistent=False)
        self.register_buffer("i", torch.arange(plan.hop + plan.segment), persistent=False)
        self.register_buffer("start", torch.zeros([], dtype=torch.int64), persistent=False)
        self.register_buffer("tail", torch.zeros(plan.half), persistent=False)

    def reset(self) -> None:
        self.start, self.tail = torch.zeros_like(self.start), torch.zeros_like(self.tail)

    def forward(self, magnitudes: Tensor) -> Tensor:
        """Audio [hop] of the bands' magnitudes at both ends, [2, n_noise_bands]."""
        now, after = (magnitudes @ self.matrix).unbind(0)
        filters = torch.cat([now + self.u * (after - now), after[None]])       # the last one begins before its hop does
        noise = noise_at(self.key, self.start + self.i).view(self.steps + 1, self.segment)
        spectra = torch.fft.rfft(nn.functional.pad(noise, [self.half, 0]), self.fft_length)
        pieces = torch.fft.irfft(spectra * filters, self.fft_length)[:, :self.segment + 2 * self.half]
        audio = torch.zeros(self.hop + 2 * self.half)                          # from `half` samples before the hop
        audio[self.half:2 * self.half] += self.tail
        for step in range(self.steps):
            audio[step * self.segment:(step + 1) * self.segment + 2 * self.half] += pieces[step]
        self.start, self.tail = self.start + self.hop, audio[self.half + self.hop:]
        audio = audio[self.half:self.half + self.hop]
        early = nn.functional.pad(pieces[self.steps, :self.half], [self.hop - self.half, 0])
        return audio + early


def _times(x: Tensor, factor: int) -> Tensor:
    """The lower 32 bits of a product, no part of which overflows 64."""
    return (((x * (factor >> 16) & 0xFFFF) << 16) + x * (factor & 0xFFFF)) & 0xFFFFFFFF


def _mix(x: Tensor) -> Tensor:
    """dsp.noise's scrambling of 32-bit numbers."""
    x = _times(x ^ (x >> 16), 0x85EBCA6B)
    x = _times(x ^ (x >> 13), 0xC2B2AE35)
    return x ^ (x >> 16)


def noise_at(key: int, index: Tensor) -> Tensor:
    """dsp.noise.noise_at, bit by bit: uniform noise of sample numbers [samples], int64."""
    bits = _mix(_mix((index + key) & 0xFFFFFFFF) ^ key)
    return (bits >> 8).float() * 2.0 ** -23 - 1.0


class Room(nn.Module):
    """The wet sound of a room: convolution in parts of one hop, which delays nothing.

    The spectra of the last hops that went in wait in a row; each meets the part of the impulse response that is as old.

    Args:
      hop: samples.
      ir: impulse response without the dry sound, [taps], NumPy.
    """

    heard: Tensor
    before: Tensor

    def __init__(self, hop, ir):
        super().__init__()
        self.hop = hop
        parts = np.pad(ir, (0, -len(ir) % hop)).reshape(-1, hop).astype(np.float32)
        self.register_buffer("parts", torch.fft.rfft(torch.from_numpy(parts), 2 * hop), persistent=False)
        self.register_buffer("heard", torch.zeros_like(self.parts), persistent=False)
        self.register_buffer("before", torch.zeros(hop), persistent=False)

    def reset(self) -> None:
        self.heard, self.before = torch.zeros_like(self.heard), torch.zeros_like(self.before)

    def forward(self, audio: Tensor) -> Tensor:
        """Wet sound [hop] of dry sound [hop]."""
        newest = torch.fft.rfft(torch.cat([self.before, audio]))
        self.heard = torch.cat([newest[None], self.heard[:-1]])
        self.before = audio
        return torch.fft.irfft((self.heard * self.parts).sum(0), 2 * self.hop)[self.hop:]
