// The activation functions of TF.js (https://github.com/tensorflow/tfjs/blob/tfjs-v4.22.0/tfjs-layers/src/activations.ts).
import type { GraphBuilder, Value } from '@ostinato/graph';
import * as z from 'zod';
import { type LayerUse, refuse } from '../convert/layer-use.js';

type Activation = (g: GraphBuilder, x: Value) => Value;

const lastAxis = (x: Value): number => x.shape.length - 1;

const ACTIVATIONS = {
  elu: (g, x) => g.elu(x),
  gelu: (g, x) => {
    const erf = g.erf(g.mul(x, g.float(Math.SQRT1_2)));
    return g.mul(x, g.mul(g.float(0.5), g.add(g.float(1), erf)));
  },
  hard_sigmoid: (g, x) => g.hardSigmoid(x, 0.2, 0.5),
  linear: (_, x) => x,
  log_softmax: (g, x) => g.logSoftmax(x, lastAxis(x)),
  mish: (g, x) => g.mul(x, g.tanh(g.softplus(x))),
  relu: (g, x) => g.relu(x),
  relu6: (g, x) => g.clip(x, 0, 6),
  selu: (g, x) => g.selu(x),
  sigmoid: (g, x) => g.sigmoid(x),
  softmax: (g, x) => g.softmax(x, lastAxis(x)),
  softplus: (g, x) => g.softplus(x),
  softsign: (g, x) => g.softsign(x),
  swish: (g, x) => g.mul(x, g.sigmoid(x)),
  tanh: (g, x) => g.tanh(x),
} as const satisfies Record<string, Activation>;

export type ActivationName = keyof typeof ACTIVATIONS;

/** What another framework calls them. */
const OTHER_NAMES: Readonly<Record<string, string>> = { silu: 'swish' };

/** How files say an activation: its name, or an object with its name.
 *  @param missing the activation where a file says nothing
 *  @param none where it says null */
export const activationOption = (missing: string, none = 'linear'): z.ZodType<string> =>
  z
    .union([
      z.string(),
      z.object({ class_name: z.string() }).transform(({ class_name }) => class_name),
    ])
    .nullish()
    .transform((name) => (name === undefined ? missing : (name ?? none)));

/** The activation of a name as files have it: `hardSigmoid` and `hard_sigmoid` are one.
 *  @throws {ExportError} `unsupported-layer` if TF.js has none of this name */
export function activationNamed(use: Pick<LayerUse, 'where'>, name: string): ActivationName {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (Object.hasOwn(ACTIVATIONS, snake)) return snake as ActivationName;
  const other = Object.hasOwn(OTHER_NAMES, snake) ? OTHER_NAMES[snake] : undefined;
  const advice = other
    ? `save the model with "${other}", which is the same`
    : `TF.js loads ${Object.keys(ACTIVATIONS).join(', ')}`;
  return refuse(use, `activation ${JSON.stringify(name.slice(0, 60))} is not known; ${advice}`);
}

/** Applies an activation; softmax goes along the last axis. */
export function activate(g: GraphBuilder, name: ActivationName, x: Value): Value {
  return ACTIVATIONS[name](g, x);
}
