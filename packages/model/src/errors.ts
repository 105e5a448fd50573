// The errors of this package. It does not import `core`, so they have a base of their own with the same two fields.

/** Base of the errors of networks and their parameters. `code` is stable across releases. */
export class ModelError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A configuration that no network can be built from. */
export class ModelConfigError extends ModelError {}

/** Bytes that are not a safetensors file, or one that this reader does not take. */
export class SafetensorsError extends ModelError {}
