"""Runs ONNX's own checker, with full shape inference, over model files.

    pip install onnx
    python tools/bench/python/check-onnx.py models/*/*.onnx

Operators of com.microsoft are unknown to it: their nodes are checked for structure only.
Prints one line a file; the exit status is 1 if any file fails.
"""

import sys

import onnx


def check(path: str) -> bool:
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:  # The checker's errors have no common base class.
        print(f"{path}: {error}")
        return False
    print(f"{path}: ok")
    return True


if __name__ == "__main__":
    paths = sys.argv[1:]
    if not paths:
        sys.exit(__doc__)
    sys.exit(0 if all([check(path) for path in paths]) else 1)
