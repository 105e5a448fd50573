// What the graphs of an artifact take and give: the contract between exporters and runtimes, as data.
//
// Letters: B sequences, T and N tokens, V vocabulary, S numbers of state of one sequence.
import type { GraphKind } from './manifest.js';

/** A named input or output. A dimension is a number, or a letter for what is known only at run time. */
export interface GraphValue {
  readonly name: string;
  readonly dataType: 'float32' | 'int64';
  readonly shape: readonly (number | string)[];
}

export interface GraphSignature {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

const float = (name: string, ...shape: (number | string)[]): GraphValue => ({
  name,
  dataType: 'float32',
  shape,
});
const integer = (name: string, ...shape: (number | string)[]): GraphValue => ({
  name,
  dataType: 'int64',
  shape,
});

/** The inputs and outputs of a kind of graph; what they mean is in docs/artifact.md. */
export function graphSignature(
  kind: GraphKind,
  { vocabularySize, stateSize }: { readonly vocabularySize: number; readonly stateSize: number },
): GraphSignature {
  if (kind === 'step') {
    return {
      inputs: [integer('tokens', 'B', 'T'), float('state', 'B', stateSize)],
      outputs: [float('logits', 'B', 'T', vocabularySize), float('state_after', 'B', stateSize)],
    };
  }
  return {
    inputs: [
      float('state', 'B', stateSize),
      integer('previous_tokens', 'B'),
      float('uniforms', 'B', 'N'),
      integer('forced_tokens', 'B', 'N'),
      float('bias', vocabularySize),
      float('temperature'),
      integer('top_k'),
      float('top_p'),
      float('min_p'),
    ],
    outputs: [integer('tokens', 'B', 'N'), float('state_after', 'B', stateSize)],
  };
}
