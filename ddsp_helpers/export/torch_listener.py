"""features.live.Listener in PyTorch, one hop at a time; formulas and sources are there."""

import math

import numpy as np
import torch
from torch import Tensor, nn

from ddsp_helpers.dsp.spectra import FLOOR_DB
from ddsp_helpers.features import live
from ddsp_helpers.features.framing import SILENCE_DB


class Listener(nn.Module):
    """Pitch and loudness of a sound that arrives hop by hop: those of a features.live.Listener.

    Args:
      listener: features.live.Listener.
    """

    held: Tensor
    candidates_hz: Tensor
    scores: Tensor
    last_hz: Tensor

    def __init__(self, listener):
        super().__init__()
        self.size, self.hop, self.fft = listener.size, listener.hop, listener._fft
        self.finer, self.rate = listener._finer, float(listener._finer * listener.sample_rate)
        self.first_lag, self.last_lag = int(listener._lags[0]), int(listener._lags[-1])
        self.delay = -(-self.size // 2 // self.hop)                            # hops from a frame's centre to its pitch
        self.floor_power, self.silence = 10.0 ** (FLOOR_DB / 10.0), 10.0 ** (SILENCE_DB / 20.0)
        self.n_candidates, self.unvoiced, self.octave = live.N_CANDIDATES, live.UNVOICED, live.OCTAVE
        self.jump, self.switch = live.JUMP, live.SWITCH
        place = listener._lags / listener._finer
        for name, values in (("window", listener._window), ("weights", listener._weights), ("lags", listener._lags),
                             ("low", place.astype(np.int64)), ("part", place % 1.0)):
            self.register_buffer(name, torch.from_numpy(np.array(values)), persistent=False)
        for name, values in self._nothing_heard().items():
            self.register_buffer(name, values, persistent=False)

    def _nothing_heard(self):
        # type: () -> dict[str, Tensor]
        return {"held": torch.zeros(self.size // 2 + self.delay * self.hop),
                "candidates_hz": torch.full([1], math.nan, dtype=torch.float64),
                "scores": torch.zeros(1, dtype=torch.float64),
                "last_hz": torch.tensor(self.rate / self.last_lag, dtype=torch.float64)}

    def reset(self) -> None:
        nothing = self._nothing_heard()
        self.held, self.candidates_hz = nothing["held"], nothing["candidates_hz"]
        self.scores, self.last_hz = nothing["scores"], nothing["last_hz"]

    def forward(self, samples: Tensor) -> Tensor:
        """Hears [hop] on: f0 (Hz), confidence, loudness (dB), [3], of the frame centred `delay` hops before its end."""
        self.held = torch.cat([self.held[self.hop:], samples])
        frame = self.held[:self.size]
        f0_hz, confidence = self._follow(self._periodicity(frame))
        return torch.stack([f0_hz.float(), confidence.float(), self._loudness_db(frame)])

    def _loudness_db(self, frame: Tensor) -> Tensor:
        spectrum = torch.view_as_real(torch.fft.rfft(frame * self.window))[:self.weights.size(0)]
        power = (spectrum.square().sum(1) * self.weights).sum()
        return 10.0 * torch.log10(power.clamp(min=self.floor_power))

    def _periodicity(self, frame: Tensor) -> Tensor:
        """The normalised square difference at self.lags, float64."""
        frame = frame - frame.mean()
        if float(frame.square().mean().sqrt()) <= self.silence:
            return torch.zeros_like(self.part)
        power = torch.view_as_real(torch.fft.rfft(frame, self.fft)).square().sum(1)
        products = self.finer * torch.fft.irfft(torch.complex(power, torch.zeros_like(power)), self.finer * self.fft)
        sums = nn.functional.pad(frame.double().square().cumsum(0), [1, 0])
        energy = sums[self.size - self.low] - sums[self.low] + sums[-1]
        next_energy = sums[self.size - self.low - 1] - sums[self.low + 1] + sums[-1]
        energy = energy + self.part * (next_energy - energy)
        return 2.0 * products[self.lags].double() / energy.clamp(min=1e-20)

    def _follow(self, strengths: Tensor) -> tuple[Tensor, Tensor]:
        """One frame on the best path so far: f0, Hz, the last one where there is none; and confidence."""
        hz, strength = self._candidates(strengths)
        octaves = torch.log2(hz[:, None] / self.candidates_hz).abs()           # NaN from or to "no pitch"
        pitched, was_pitched = ~hz.isnan()[:, None], ~self.candidates_hz.isnan()
        switches = torch.full_like(octaves, self.switch) * (pitched != was_pitched)
        cost = torch.where(pitched & was_pitched, self.jump * octaves, switches)
        scores = strength + (self.scores - cost).max(dim=1)[0]
        best = int(scores.argmax())
        self.candidates_hz, self.scores = hz, scores - scores[best]
        if best == 0:                                                          # the first is "no pitch"
            return self.last_hz, strengths.max().clamp(0.0, 0.49)
        self.last_hz = hz[best]
        nearest = int(torch.round(self.rate / self.last_hz)) - self.first_lag
        return self.last_hz, strengths[max(0, min(strengths.size(0) - 1, nearest))].clamp(0.5, 1.0)

    def _candidates(self, strengths: Tensor) -> tuple[Tensor, Tensor]:
        """Pitches that this frame may have, Hz, NaN for none first, and how much speaks for each."""
        inner = strengths[1:-1]
        peaks = ((inner > strengths[:-2]) & (inner >= strengths[2:]) & (inner > 0.3)).nonzero()[:, 0] + 1
        before, at, after = strengths[peaks - 1], strengths[peaks], strengths[peaks + 1]
        shift = 0.5 * (before - after) / (before - 2.0 * at + after).clamp(max=-1e-12)
        hz = self.rate / (self.lags[peaks] + shift)
        height = (at - 0.25 * (before - after) * shift).clamp(max=1.0) + self.octave * torch.log2(hz / 100.0)
        best = torch.sort(height, dim=0, descending=True, stable=True)[1][:self.n_candidates]
        hz = nn.functional.pad(hz[best], [1, 0], value=math.nan)
        return hz, nn.functional.pad(height[best], [1, 0], value=self.unvoiced)
