// Errors of this package; it stands alone, so it has a base of its own.

/** A graph that cannot be built, read or written: the message names the graph, node or value. */
export class GraphError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
