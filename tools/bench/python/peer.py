"""The PyTorch side of the benchmarks: answers requests, one JSON object a line, until its input ends.

    {"op": "info"}                                     -> {"description": ...}
    {"op": "memory"}                                   -> {"mebibytes": ...}, the most this process ever had resident
    {"op": "peak"}                                     -> {"gflops": ...}, the best 1024 x 1024 x 1024 product
    {"op": "train", "V":, "E":, "H":, "L":, "B":, "T":, "steps":}  -> {"seconds": [...]}, one for each step
    {"op": "decode", "V":, "E":, "H":, "L":, "B":, "tokens":}      -> {"seconds": ...} for all tokens together
"""

import json
import resource
import sys
import time

import torch
from torch import nn


DEVICE = torch.device(sys.argv[2] if len(sys.argv) > 2 else "cpu")


class LanguageModel(nn.Module):
    def __init__(self, V, E, H, L):
        super().__init__()
        self.embedding, self.lstm, self.output = nn.Embedding(V, E), nn.LSTM(E, H, L), nn.Linear(H, V)

    def forward(self, tokens, state):
        hidden, state = self.lstm(self.embedding(tokens), state)
        return self.output(hidden), state


class Trainer:
    """Forward, cross-entropy, backward, clipping, Adam; the state is carried from window to window."""

    def __init__(self, V, E, H, L, B, T):
        self.model, self.loss = LanguageModel(V, E, H, L).to(DEVICE), nn.CrossEntropyLoss()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.01)
        self.window = torch.randint(0, V, (2, T, B), device=DEVICE)
        self.state = tuple(torch.zeros(2, L, B, H, device=DEVICE))

    def step(self):
        tokens, targets = self.window
        logits, state = self.model(tokens, self.state)
        loss = self.loss(logits.flatten(0, 1), targets.flatten())
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.state = tuple(part.detach() for part in state)
        return loss.item()


class Decoder:
    """Eager decoding, one token at a time: softmax and a draw from it."""

    def __init__(self, V, E, H, L, B):
        self.model = LanguageModel(V, E, H, L).eval()
        self.state, self.token = (torch.zeros(L, B, H), torch.zeros(L, B, H)), torch.zeros(1, B, dtype=torch.long)

    @torch.inference_mode()
    def run(self, tokens):
        for _ in range(tokens):
            logits, self.state = self.model(self.token, self.state)
            self.token = torch.multinomial(torch.softmax(logits[0], -1), 1).view(1, -1)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak():
    a, b = torch.randn(2, 1024, 1024, device=DEVICE)
    return 2 * 1024**3 / min(timed(lambda: (a @ b)[0, 0].item()) for _ in range(20)) / 1e9


def main():
    torch.set_num_threads(int(sys.argv[1]))
    made = {}

    def once(kind, *sizes):
        if (kind, sizes) not in made:
            made[kind, sizes] = kind(*sizes)
        return made[kind, sizes]

    for line in sys.stdin:
        request = json.loads(line)
        size = lambda names: [request[name] for name in names]
        if request["op"] == "info":
            answer = {"description": f"PyTorch {torch.__version__}, {DEVICE}, {torch.get_num_threads()} threads"}
        elif request["op"] == "memory":
            answer = {"mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
        elif request["op"] == "peak":
            answer = {"gflops": peak()}
        elif request["op"] == "train":
            trainer = once(Trainer, *size("VEHLBT"))
            answer = {"seconds": [timed(trainer.step) for _ in range(request["steps"])]}
        elif request["op"] == "decode":
            decoder = once(Decoder, *size("VEHLB"))
            answer = {"seconds": timed(lambda: decoder.run(request["tokens"]))}
        else:
            raise ValueError(f"no such operation: {request['op']}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
