// The few globals of every JavaScript runtime (WinterTC minimum common API) that this package uses; it compiles without
// Node's and without the DOM's types.

interface AbortSignal {
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
