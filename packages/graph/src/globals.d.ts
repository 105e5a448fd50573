// The one global of every JavaScript runtime (WinterTC minimum common API) that `graph` uses.
// `graph` compiles without Node's and without the DOM's types, so it is declared here.

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
