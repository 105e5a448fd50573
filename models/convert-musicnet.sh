#!/usr/bin/env bash
# Writes models/musicnet anew from its own weights: for a new schema, other forms or another card, without training.
# The int8 weights keep every bit.
#
#   models/convert-musicnet.sh <folder of MusicNet, with musicnet_midis/ and musicnet_metadata.csv>
set -euo pipefail
musicnet=$(realpath "${1:?usage: models/convert-musicnet.sh <folder of MusicNet>}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ostinato() { node packages/cli/bin/ostinato.js "$@"; }

[ -f corpora/musicnet/corpus.json ] || ostinato prepare "$musicnet" --out corpora/musicnet --seed 1
ostinato export models/musicnet --out models/musicnet --about models/musicnet.about.json \
  --precision int8,int8-dynamic --data corpora/musicnet
