// The grid loss of one piece, small enough for a line of a journal: its histogram is mostly zeros.
import { mergeGridLosses, type GridLoss } from '@ostinato/core';
import * as z from 'zod';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** Schema of a packed loss. */
export const packedGridLossSchema = z.strictObject({
  notes: count,
  onsetsOffGrid: count,
  durationsOffGrid: count,
  displacement: z.strictObject({
    sumMilliseconds: amount,
    maxMilliseconds: amount,
    /** The bins that are not empty. */
    histogram: z.array(z.tuple([count, count])),
  }),
  tempo: z.strictObject({ seconds: amount, errorSeconds: amount }),
  temposClipped: count,
  durationsCut: count,
  pitchesMoved: count,
  instrumentsMapped: count,
  notesDropped: count,
  barsCut: count,
  signaturesDelayed: count,
  barsApproximated: count,
});

/** A `GridLoss` whose histogram is a list of its bins that are not empty. */
export type PackedGridLoss = z.infer<typeof packedGridLossSchema>;

export function packGridLoss(loss: GridLoss): PackedGridLoss {
  const histogram = loss.displacement.histogram
    .map((size, bin): [number, number] => [bin, size])
    .filter(([, size]) => size > 0);
  return { ...loss, displacement: { ...loss.displacement, histogram } };
}

/** Numbers are the same bit for bit after the way through JSON. */
export function unpackGridLoss(packed: PackedGridLoss): GridLoss {
  const { histogram } = mergeGridLosses([]).displacement;
  for (const [bin, size] of packed.displacement.histogram) histogram[bin] = size;
  return { ...packed, displacement: { ...packed.displacement, histogram } };
}
