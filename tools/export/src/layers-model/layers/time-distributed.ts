// TimeDistributed: a layer at every step of a sequence. Rows of a batch never meet at inference, so all steps of all
// sequences go through it as one batch.
import type { GraphBuilder, Value } from '@ostinato/graph';
import * as z from 'zod';
import {
  checkRank,
  layerConverter,
  type LayerUse,
  passesMask,
  refuse,
} from '../convert/layer-use.js';
import type { Layer } from '../types.js';

/** These work along the last axis whatever comes before it. */
const ANY_RANK: ReadonlySet<string> = new Set(['Dense']);

/** [B, T, ...] -> [B, T, ...], the layer's own input being [B, ...]. */
export const timeDistributed = layerConverter({
  schema: z.object({}),
  mask: passesMask,
  convert: (use) => {
    const { g, inputs } = use;
    checkRank(use, 3, Infinity);
    const layer = use.layer.wrapped as Layer;
    if (isStateful(layer)) refuse(use, 'holds a stateful layer; make it stateless');
    const [{ value }] = inputs;
    if (ANY_RANK.has(layer.className)) return applied(use, layer, value);
    const flat = g.concat([g.int64([-1]), sizesFrom(g, value, 2)], 0);
    const rows = g.reshapeTo(value, flat, [`${use.layer.name}.rows`, ...value.shape.slice(2)]);
    const result = applied(use, layer, rows);
    const sizes = g.concat([g.sizesOf(value, 0, 2), sizesFrom(g, result, 1)], 0);
    return g.reshapeTo(result, sizes, [...value.shape.slice(0, 2), ...result.shape.slice(1)]);
  },
});

/** Sizes of the axes from one on: constants where they are known. */
function sizesFrom(g: GraphBuilder, value: Value, axis: number): Value {
  const sizes = value.shape.slice(axis);
  const isKnown = sizes.every((size) => typeof size === 'number');
  return isKnown ? g.int64(sizes) : g.sizesOf(value, axis, value.shape.length);
}

function applied(use: LayerUse, layer: Layer, value: Value): Value {
  const { conversion, scope } = use;
  const path = `${use.path}${use.layer.name}/`;
  const [result, another] = conversion.convertLayer(conversion, layer, [{ value }], {
    scope,
    path,
  });
  if (!result || another) refuse(use, 'holds a layer of several outputs; expected one');
  return result.value;
}

function isStateful({ config, network, wrapped }: Layer): boolean {
  if (wrapped) return isStateful(wrapped);
  if (network) return network.calls.some((call) => isStateful(call.layer));
  return config['stateful'] === true;
}
