// What can go wrong while an ONNX file is held against TF.js.
import { OstinatoError } from '@ostinato/core';

/** Two models that cannot be compared. `code`: `missing-file` (ONNX), `missing-model` and `damaged-model`
 *  (TF.js), `unknown-format`, `unsupported-operator`, `reference-failed` (TF.js), `onnx-failed` (ONNX Runtime), `no-match` (names, shapes or types
 *  differ), `open-shape`, `open-range`, `too-slow`, `process-died`, `not-built`. */
export class VerifyError extends OstinatoError {}
