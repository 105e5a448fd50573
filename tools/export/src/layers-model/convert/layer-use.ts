// What a converter of one class of layers gets and gives.
import type { GraphBuilder, Value } from '@ostinato/graph';
import type * as z from 'zod';
import { ExportError } from '../../errors.js';
import { quoted } from '../read/refuse.js';
import type { Layer } from '../types.js';
import type { Conversion } from './conversion.js';

/** Which steps of a sequence count: bool [B, T], made when somebody asks. `lost` where TF.js's own mask is no longer of
 *  that shape. */
export type Mask = (() => Value) | 'lost';

/** A tensor between layers. */
export interface Signal {
  readonly value: Value;
  readonly mask?: Mask | undefined;
}

/** One use of a layer. */
export interface LayerUse<Config = unknown> {
  readonly conversion: Conversion;
  readonly g: GraphBuilder;
  readonly layer: Layer;
  readonly config: Config;
  /** At least one. */
  readonly inputs: readonly [Signal, ...Signal[]];
  /** TF.js's name scope of the layer's weights, such as `['bidirectional', 'forward_lstm']`. */
  readonly scope: readonly string[];
  /** Names of the models and wrappers around, each with a slash. */
  readonly path: string;
  /** File, name and class, for messages. */
  readonly where: string;
}

/** How layers of one class are converted. */
export interface LayerRules<Config> {
  readonly schema: z.ZodType<Config>;
  /** Least and most inputs; one unless it says so. */
  readonly inputs?: readonly [least: number, most: number];
  readonly convert: (use: LayerUse<Config>) => Value | Value[];
  /** The mask of what comes out. */
  readonly mask: (use: LayerUse<Config>) => Mask | undefined;
}

/** A class of layers, ready for use. */
export type LayerConverter = (use: Omit<LayerUse, 'config'>) => Signal[];

/** The mask of the first input goes on: layers that TF.js says support masking. */
export const passesMask = (use: LayerUse): Mask | undefined => use.inputs[0].mask;
export const dropsMask = (): undefined => undefined;

/** Makes a converter that checks the configuration and the number of inputs first. */
export function layerConverter<Config>(rules: LayerRules<Config>): LayerConverter {
  const [least, most] = rules.inputs ?? [1, 1];
  return (given) => {
    const { inputs, layer, where } = given;
    if (inputs.length < least || inputs.length > most) {
      const expected = least === most ? `${least}` : `${least} or more`;
      throw new ExportError(
        'damaged-model',
        `${where}: expected ${expected} inputs, found ${inputs.length}`,
      );
    }
    const use = { ...given, config: parseConfig(rules.schema, layer, where) };
    const values = rules.convert(use);
    const mask = rules.mask(use);
    return (Array.isArray(values) ? values : [values]).map((value) => ({ value, mask }));
  };
}

/** The settings of a layer.
 *  @throws {ExportError} `unsupported-layer` naming the first that is not what it must be */
export function parseConfig<Config>(
  schema: z.ZodType<Config>,
  { config }: Layer,
  where: string,
): Config {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  const found = quoted(issue?.path.reduce<unknown>(fieldOf, config));
  throw new ExportError(
    'unsupported-layer',
    `${where}: ${field} is ${found}: ${issue?.message ?? 'not valid'}`,
    { cause: result.error },
  );
}

function fieldOf(value: unknown, key: PropertyKey): unknown {
  return (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
}

/** Refuses a layer for what it is set to.
 *  @throws {ExportError} `unsupported-layer` */
export function refuse({ where }: Pick<LayerUse, 'where'>, problem: string): never {
  throw new ExportError('unsupported-layer', `${where}: ${problem}`);
}

/** The input as floats, in which all but embeddings compute. */
export function floatInput({ g, inputs }: Omit<LayerUse, 'config'>, index = 0): Value {
  const { value } = inputs[index];
  return value.dataType === 'float32' ? value : g.cast(value, 'float32');
}

/** Size of an axis that must be known.
 *  @throws {ExportError} `unsupported-layer` */
export function fixedSize(use: Pick<LayerUse, 'where'>, value: Value, axis: number): number {
  const size = value.shape.at(axis);
  if (typeof size === 'number') return size;
  return refuse(
    use,
    `axis ${axis} of its input has no fixed size (${describe(value)}); save the model with one`,
  );
}

/** @throws {ExportError} `unsupported-layer` unless the first input has so many axes */
export function checkRank(use: LayerUse, least: number, most = least): void {
  const [{ value }] = use.inputs;
  const rank = value.shape.length;
  if (rank >= least && rank <= most) return;
  const expected =
    least === most ? `${least}` : most === Infinity ? `${least} or more` : `${least} to ${most}`;
  refuse(use, `expected an input of ${expected} axes, found ${describe(value)}`);
}

export function describe({ shape }: Value): string {
  return `[${shape.join(', ')}]`;
}
