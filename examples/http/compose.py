"""The server in Python, with the standard library alone: a piece as notes and as a MIDI file, and its continuation.

    python3 examples/http/compose.py http://127.0.0.1:8080
"""
import json
import os
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
music = f"{address}/v1/models/musicnet"
key = os.environ.get("OSTINATO_API_KEY")
identity = {"authorization": f"Bearer {key}"} if key else {}


def post(url, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        return urlopen(Request(url, body, {**identity, **named}))
    except HTTPError as error:
        sys.exit(json.load(error)["detail"])  # a problem says what to do


asked = json.dumps({"seed": 7, "seconds": 10, "labels": {"composer": "Bach"}}).encode()
piece = json.load(post(f"{music}/compose", asked, content_type="application/json", accept="application/json"))
print(f"{piece['noteCount']} notes, {piece['seconds']:.1f} s")

midi = post(f"{music}/compose", asked, content_type="application/json").read()
longer = post(f"{music}/continue?bars=8&seed=7", midi, content_type="audio/midi")
print("what the model could not say:", longer.headers["ostinato-primer-loss"])
with open("longer.mid", "wb") as file:
    file.write(longer.read())
