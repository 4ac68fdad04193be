"""The decoders of `models` in PyTorch, one control frame at a time.

Kernels stay [in, out] and gates stay in the order of `models.recurrence`, as in the file of an instrument: a weight has
no other layout here that could be got wrong, and is called by the same path.  Lesson 13 compares the decoders.
"""

import torch
from torch import Tensor, nn

from ddsp_helpers.models.cnn import CNNDecoder
from ddsp_helpers.models.gru import GRUDecoder
from ddsp_helpers.models.mingru import MinGRUDecoder


def weight(*shape):
    """A weight, to be loaded; nothing is trained here."""
    return nn.Parameter(torch.zeros(shape), requires_grad=False)


class Stateful(nn.Module):
    """A part that remembers one tensor; `reset` makes it forget."""

    state: Tensor

    def __init__(self, *shape):
        super().__init__()
        self.register_buffer("state", torch.zeros(shape), persistent=False)

    def reset(self) -> None:
        self.state = torch.zeros_like(self.state)


class Dense(nn.Module):
    """x W + b."""

    def __init__(self, channels, width):
        super().__init__()
        self.kernel, self.bias = weight(channels, width), weight(width)

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.kernel + self.bias


class Norm(nn.Module):
    """models.frames' normalisation of one frame over its channels."""

    def __init__(self, width):
        super().__init__()
        self.width = width
        self.gamma, self.beta = weight(width), weight(width)

    def forward(self, x: Tensor) -> Tensor:
        return torch.layer_norm(x, [self.width], self.gamma, self.beta, 1e-5)


class Fc(nn.Module):
    """models.layers.Fc: dense, normalised, leaky ReLU of slope 0.2."""

    def __init__(self, channels, width):
        super().__init__()
        self.dense, self.norm = Dense(channels, width), Norm(width)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.leaky_relu(self.norm(self.dense(x)), 0.2)


class GRU(Stateful):
    """models.layers.GRU; the formula is that of models.recurrence.gru."""

    def __init__(self, units):
        super().__init__(1, units)
        self.kernel, self.recurrent_kernel = weight(units, 3 * units), weight(units, 3 * units)
        self.bias = weight(2, 3 * units)

    def forward(self, x: Tensor) -> Tensor:
        xz, xr, xh = (x @ self.kernel + self.bias[0]).chunk(3, dim=-1)
        hz, hr, hh = (self.state @ self.recurrent_kernel + self.bias[1]).chunk(3, dim=-1)
        z = torch.sigmoid(xz + hz)
        candidate = torch.tanh(xh + torch.sigmoid(xr + hr) * hh)
        self.state = z * self.state + (1.0 - z) * candidate
        return self.state


class MinGRU(Stateful):
    """models.layers.MinGRU."""

    def __init__(self, units):
        super().__init__(1, units)
        self.kernel, self.bias = weight(units, 2 * units), weight(2 * units)

    def forward(self, x: Tensor) -> Tensor:
        gate, candidate = (x @ self.kernel + self.bias).chunk(2, dim=-1)
        z = torch.sigmoid(gate)
        self.state = (1.0 - z) * self.state + z * candidate
        return self.state


class CausalConv(Stateful):
    """models.layers.CausalConv; the state is the frames that it looks back at."""

    def __init__(self, channels_in, channels, *, size, dilation):
        super().__init__((size - 1) * dilation, channels_in)
        self.dilation = dilation
        self.kernel, self.norm = weight(size, channels_in, channels), Norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        past = torch.cat([self.state, x])
        self.state = past[1:]
        taps = past[::self.dilation].reshape(1, -1)
        return nn.functional.relu6(self.norm(taps @ self.kernel.flatten(0, 1)))


class TorchGRU(nn.Module):
    """models.gru.GRUDecoder: scaled controls of one frame, [1, channels], to [1, n_outputs]."""

    def __init__(self, channels, width, n_outputs):
        super().__init__()
        self.before, self.gru = Fc(channels, width), GRU(width)
        self.after, self.head = Fc(2 * width, width), Dense(width, n_outputs)

    def reset(self) -> None:
        self.gru.reset()

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        return self.head(self.after(torch.cat([x, self.gru(x)], dim=-1)))


class TorchMinGRU(nn.Module):
    """models.mingru.MinGRUDecoder, as TorchGRU."""

    def __init__(self, channels, width, n_outputs, depth):
        super().__init__()
        self.before, self.head = Fc(channels, width), Dense(width, n_outputs)
        self.memories = nn.ModuleDict({f"mingru_{i}": MinGRU(width) for i in range(depth)})
        self.mixers = nn.ModuleDict({f"mixer_{i}": Fc(width, width) for i in range(depth)})

    def reset(self) -> None:
        for memory in self.memories.values():
            memory.reset()

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        for memory, mixer in zip(self.memories.values(), self.mixers.values()):
            x = x + mixer(memory(x))
        return self.head(x)


class TorchCNN(nn.Module):
    """models.cnn.CNNDecoder, as TorchGRU."""

    def __init__(self, channels, width, n_outputs, layers):
        super().__init__()
        self.before, self.head = CausalConv(channels, width, size=3, dilation=1), Dense(width, n_outputs)
        self.stack = nn.ModuleDict({
            layer.name: CausalConv(width, width, size=layer.size, dilation=layer.dilation) for layer in layers})

    def reset(self) -> None:
        self.before.reset()
        for layer in self.stack.values():
            layer.reset()

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        for layer in self.stack.values():
            x = x + layer(x)
        return self.head(x)


def decoder_like(decoder, *, channels, width, n_outputs):
    """An empty decoder in PyTorch with the shapes of one of `models`.

    Args:
      decoder: GRUDecoder, MinGRUDecoder or CNNDecoder.
      channels: numbers in for each frame.
      width: of the decoder.
      n_outputs: numbers out for each frame.

    Returns:
      A module that takes [1, channels] to [1, n_outputs] and remembers; `reset` makes it forget.

    Raises:
      ValueError: another decoder.
    """
    if isinstance(decoder, GRUDecoder):
        return TorchGRU(channels, width, n_outputs)
    if isinstance(decoder, MinGRUDecoder):
        return TorchMinGRU(channels, width, n_outputs, len(decoder.memories))
    if isinstance(decoder, CNNDecoder):
        return TorchCNN(channels, width, n_outputs, decoder.convolutions)
    raise ValueError(f"A {type(decoder).__name__} came; a gru, mingru or cnn decoder of models was wanted (lesson 13).")
