#!/bin/sh
# Compiles src/report/tensorboard/event.proto to event_pb.ts beside it. Run it after a change of the .proto:
#   sh packages/training/scripts/generate-event-schema.sh
# The compilers come from npm with the versions named here; they are no dependency of the package.
# Keep the version of protoc-gen-es equal to that of @bufbuild/protobuf in package.json.
set -eu
cd "$(dirname "$0")/../src/report/tensorboard"
npx --yes --package @bufbuild/buf@1.75.0 --package @bufbuild/protoc-gen-es@2.17.0 -- \
  buf generate . --path event.proto --template '{
    "version": "v2",
    "plugins": [{
      "local": "protoc-gen-es",
      "out": ".",
      "opt": ["target=ts", "import_extension=js"]
    }]
  }'
