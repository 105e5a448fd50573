"""Composes with step.onnx of a model folder, without Ostinato: prints the names of the tokens, one a line.

    pip install numpy onnxruntime
    python examples/python/compose.py models/musicnet [seed] [most tokens]     # 7 and 500 unless told
"""

import json, sys, numpy as np, onnxruntime as ort

folder, seed, length = sys.argv[1:] + ["7", "500"][len(sys.argv) - 2 :]
names = json.load(open(f"{folder}/tokenizer.json", encoding="utf-8"))["tokens"]
kinds = np.array([name.split("_")[0] for name in names])
after = "Instrument Pitch Drum Position Bar End"  # a note
follow = {"With": "Bar", "Bar": "TimeSignature Tempo Position Bar End", "TimeSignature": "Tempo Position Bar End",
          "Tempo": "Position Bar End", "Position": "Instrument Pitch Drum", "Instrument": "Pitch", "Pitch": "Hold Duration",
          "Drum": "Hold Duration", "Hold": "Duration", "Duration": "Velocity" if "Velocity" in kinds else after, "Velocity": after}
session = ort.InferenceSession(f"{folder}/step.onnx")
state = np.zeros((1, session.get_inputs()[1].shape[1]), np.float32)
unknown = [id for id, name in enumerate(names) if name.endswith("_unknown")]  # labels
piece = fed = [names.index("Begin"), *unknown, list(kinds).index("With")]  # for the first instrument
random = np.random.default_rng(int(seed))
while len(piece) < int(length) and names[piece[-1]] != "End":
    logits, state = session.run(None, {"tokens": np.array([fed], np.int64), "state": state})
    allowed = np.isin(kinds, follow[kinds[piece[-1]]].split())
    weights = np.where(allowed, np.exp(logits[0, -1] - logits[0, -1][allowed].max()), 0)
    fed = [int(random.choice(len(names), p=weights / weights.sum()))]
    piece = [*piece, *fed]
print("\n".join(names[id] for id in piece))
