// What the two processes say to each other: one request, one reply, in order. Typed arrays travel as bytes.
import type { NumericTensors, Signature } from '../port.js';

/** Which runtime opens a file. */
export type Runtime = 'tfjs' | 'onnx';

/** Each operation: what it takes and what it gives. */
export interface Operations {
  open: { request: { readonly runtime: Runtime; readonly path: string }; reply: Signature };
  run: { request: NumericTensors; reply: NumericTensors };
}

export type OperationName = keyof Operations;

export type Request = {
  [Name in OperationName]: {
    readonly operation: Name;
    readonly argument: Operations[Name]['request'];
  };
}[OperationName];

export type Reply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };
