// The few globals of every JavaScript runtime (WinterTC minimum common API) that `model` uses.
// `model` compiles without Node's and without the DOM's types, so they are declared here.

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
