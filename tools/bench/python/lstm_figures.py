"""Figures of PyTorch in float64, which the gradient and trajectory tests hold our graphs against.

    python tools/bench/python/lstm_figures.py packages/model/fixtures/pytorch-lstm.json

Parameters, tokens and states come from a formula that the tests repeat, so the file holds results only.
Gates are stacked i, o, f, c in Ostinato (ONNX's order) and i, f, g, o in PyTorch.
"""

import json
import sys

import torch
from torch import nn

torch.set_default_dtype(torch.float64)


class Numbers:
    """The n-th number is the n-th multiple of Knuth's 2654435761 in 2^32, moved to [-scale / 2, scale / 2)."""

    def __init__(self):
        self.count = 0

    def words(self, size):
        first = self.count + 1
        self.count += size
        return [(k * 2654435761) % 2**32 for k in range(first, first + size)]

    def tensor(self, shape, scale):
        size = torch.Size(shape).numel()
        return (torch.tensor(self.words(size)) / 2**32 - 0.5).reshape(shape) * scale


def gates(weight):
    """From Ostinato's order to PyTorch's."""
    i, o, f, c = weight.chunk(4)
    return torch.cat([i, f, c, o])


def gates_back(weight):
    """From PyTorch's order to Ostinato's."""
    i, f, c, o = weight.chunk(4)
    return torch.cat([i, o, f, c])


class Model(nn.Module):
    def __init__(self, V, E, H, L, numbers, scale):
        super().__init__()
        self.embedding, self.lstm, self.output = nn.Embedding(V, E), nn.LSTM(E, H, L), nn.Linear(H, V)
        self.layers = L
        with torch.no_grad():
            self.embedding.weight.copy_(numbers.tensor([V, E], scale))
            for layer in range(L):
                width = H if layer else E
                self.part("weight_ih", layer).copy_(gates(numbers.tensor([4 * H, width], scale)))
                self.part("weight_hh", layer).copy_(gates(numbers.tensor([4 * H, H], scale)))
                self.part("bias_ih", layer).copy_(gates(numbers.tensor([4 * H], scale)))
                self.part("bias_hh", layer).zero_()
            self.output.weight.copy_(numbers.tensor([V, H], scale))
            self.output.bias.copy_(numbers.tensor([V], scale))
        for layer in range(L):
            self.part("bias_hh", layer).requires_grad_(False)

    def part(self, name, layer):
        return getattr(self.lstm, f"{name}_l{layer}")

    def loss(self, tokens, targets, state):
        hidden, state = self.lstm(self.embedding(tokens), state)
        logits = self.output(hidden)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        return loss, tuple(part.detach() for part in state)

    def gradients(self):
        named = {"embedding.weight": self.embedding.weight.grad}
        for layer in range(self.layers):
            named[f"lstm.{layer}.input.weight"] = gates_back(self.part("weight_ih", layer).grad)
            named[f"lstm.{layer}.recurrent.weight"] = gates_back(self.part("weight_hh", layer).grad)
            named[f"lstm.{layer}.bias"] = gates_back(self.part("bias_ih", layer).grad)
        named["output.weight"] = self.output.weight.grad
        named["output.bias"] = self.output.bias.grad
        return named


def tokens_of(numbers, steps, batch, V):
    words = numbers.words((steps + 1) * batch)
    tokens = torch.tensor([word * V // 2**32 for word in words]).reshape(steps + 1, batch)
    return tokens[:-1], tokens[1:]


def gradient_figures():
    V, E, H, L, B, T = 7, 5, 4, 2, 3, 6
    numbers = Numbers()
    model = Model(V, E, H, L, numbers, 1.0)
    tokens, targets = tokens_of(numbers, T, B, V)
    # Ostinato holds states as [H, B].
    hidden, cell = (torch.stack([numbers.tensor([H, B], 1.0).T for _ in range(L)]) for _ in range(2))
    loss, _ = model.loss(tokens, targets, (hidden.contiguous(), cell.contiguous()))
    loss.backward()
    gradients = {name: gradient.flatten().tolist() for name, gradient in model.gradients().items()}
    sizes = dict(V=V, E=E, H=H, L=L, B=B, T=T, scale=1.0)
    return dict(sizes=sizes, loss=loss.item(), gradients=gradients)


def trajectory_figures():
    V, E, H, L, B, T, count, rate = 40, 48, 64, 2, 8, 16, 50, 5e-3
    numbers = Numbers()
    model = Model(V, E, H, L, numbers, 0.3)
    windows = [tokens_of(numbers, T, B, V) for _ in range(4)]
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, betas=(0.9, 0.99), eps=1e-8, weight_decay=0)
    state = (torch.zeros(L, B, H), torch.zeros(L, B, H))
    losses, norms = [], []
    for step in range(count):
        optimizer.zero_grad()
        loss, state = model.loss(*windows[step % len(windows)], state)
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(trained, 1.0).item())
        optimizer.step()
        losses.append(loss.item())
    sizes = dict(V=V, E=E, H=H, L=L, B=B, T=T, scale=0.3, windows=len(windows))
    return dict(sizes=sizes, learningRate=rate, losses=losses, gradientNorms=norms)


if __name__ == "__main__":
    figures = dict(
        command="python tools/bench/python/lstm_figures.py packages/model/fixtures/pytorch-lstm.json",
        torch=torch.__version__.split("+")[0],
        gradient=gradient_figures(),
        trajectory=trajectory_figures(),
    )
    with open(sys.argv[1], "w") as file:
        json.dump(figures, file)
        file.write("\n")
