#!/usr/bin/env bash
# Makes models/musicnet anew: about an hour on two quiet cores.
#
#   models/make-musicnet.sh <folder of MusicNet, with musicnet_midis/ and musicnet_metadata.csv>
#
# A run that was interrupted goes on: start it again. What musicnet.about.json notes of the model's history then no longer
# holds: take out its notes and its last command.
set -euo pipefail
musicnet=$(realpath "${1:?usage: models/make-musicnet.sh <folder of MusicNet>}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ostinato() { node packages/cli/bin/ostinato.js "$@"; }

[ -f corpora/musicnet/corpus.json ] || ostinato prepare "$musicnet" --out corpora/musicnet --seed 1
if [ -f runs/musicnet/run.json ]; then
  ostinato train --data corpora/musicnet --out runs/musicnet --resume
else
  ostinato train --data corpora/musicnet --out runs/musicnet --preset base --steps 6000 --seed 1
fi
ostinato export runs/musicnet --out models/musicnet --about models/musicnet.about.json \
  --precision int8,int8-dynamic --data corpora/musicnet
ostinato evaluate --model models/musicnet --data corpora/musicnet --split test
