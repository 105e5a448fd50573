"""mir_eval's note scores, to hold ours against: JSON on stdin, JSON on stdout.

In:  [{"played": [[pitch, start, end], ...], "found": [...]}, ...]   pitches in MIDI numbers, times in seconds
Out: {"version": "...", "scores": [[precision, recall, f1, precision, recall, f1], ...]}   onset, then onset and offset
"""

import json
import sys
from importlib.metadata import version

import numpy as np
from mir_eval.transcription import precision_recall_f1_overlap


def arrays(notes):
    notes = np.array(notes, dtype=float).reshape(-1, 3)
    return notes[:, 1:], 440.0 * 2.0 ** ((notes[:, 0] - 69.0) / 12.0)


def scores(pair):
    played, found = arrays(pair["played"]), arrays(pair["found"])
    onset = precision_recall_f1_overlap(*played, *found, offset_ratio=None)[:3]
    both = precision_recall_f1_overlap(*played, *found, offset_ratio=0.2)[:3]
    return [float(x) for x in (*onset, *both)]


print(json.dumps({"version": version("mir_eval"), "scores": [scores(p) for p in json.load(sys.stdin)]}))
