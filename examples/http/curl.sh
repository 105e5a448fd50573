#!/bin/sh
# The server with curl: what can compose, a piece in four forms, its continuation, how likely it is.
#   sh examples/http/curl.sh http://127.0.0.1:8080
set -eu
server=${1:-http://127.0.0.1:8080}
music=$server/v1/models/musicnet
# Where the server has API keys:  -H "authorization: Bearer $OSTINATO_API_KEY"
ask() { curl --fail-with-body --silent --show-error "$@"; }

ask "$server/v1/models"

# MIDI, unless asked otherwise.
ask --json '{"seed": 7, "seconds": 10, "labels": {"composer": "Bach"}}' -H 'accept: audio/midi' "$music/compose" -o piece.mid
ask --json '{"seed": 7, "seconds": 10}' -H 'accept: application/json' "$music/compose" -o piece.json
ask --json '{"seed": 7, "seconds": 10}' -H 'accept: image/svg+xml' "$music/compose" -o piece.svg
ask --json '{"seed": 7, "seconds": 10}' -H 'accept: audio/wav' "$music/compose" -o piece.wav

# A file continued, as the body or in a form.
ask -H 'content-type: audio/midi' --data-binary @piece.mid "$music/continue?bars=8&seed=7" -o longer.mid
ask -F request='{"bars": 8, "seed": 7};type=application/json' -F primer=@piece.mid "$music/compose" -o same.mid

ask -H 'content-type: audio/midi' --data-binary @piece.mid "$music/evaluate?label=composer=Bach"
