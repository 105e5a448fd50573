#!/bin/sh
# Compiles src/onnx/onnx.proto to src/onnx/onnx_pb.ts. Run it after a change of the .proto:
#   sh packages/graph/scripts/generate-onnx-schema.sh
# The compilers come from npm with the versions named here; they are no dependency of the package.
# Keep the version of protoc-gen-es equal to that of @bufbuild/protobuf in package.json.
set -eu
cd "$(dirname "$0")/../src/onnx"
npx --yes --package @bufbuild/buf@1.75.0 --package @bufbuild/protoc-gen-es@2.17.0 -- \
  buf generate . --path onnx.proto --template '{
    "version": "v2",
    "plugins": [{
      "local": "protoc-gen-es",
      "out": ".",
      "opt": ["target=ts", "import_extension=js"]
    }]
  }'
