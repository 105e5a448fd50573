// What random numbers the inputs get: their shapes and ranges.
import type { MatchedPorts } from '../match-ports.js';
import { elementCount, formatShape, kindOfType, type NumberKind, type Port } from '../port.js';
import { VerifyError } from '../verify-error.js';

/** Where neither model says how long an axis is: two sequences, and enough steps for a state to matter. */
const FIRST_AXIS = 2;
const OTHER_AXES = 8;

/** More numbers in one input than this are a mistake. */
const MOST_NUMBERS = 2 ** 26;

export interface PlannedInput {
  readonly match: MatchedPorts;
  readonly kind: NumberKind;
  readonly shape: readonly number[];
  /** Ids are drawn from 0..idCount-1; undefined for other numbers. */
  readonly idCount: number | undefined;
}

export interface InputWishes {
  /** Shapes by the name of an input, of either model. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Ids are below this; a range that the graph gives holds too. */
  readonly vocabulary: number | undefined;
}

/** Decides shape and range of every input.
 *  @throws {VerifyError} `no-match` if a wish does not fit, `open-shape` or `open-range` if something must be wished */
export function planInputs(matches: readonly MatchedPorts[], wishes: InputWishes): PlannedInput[] {
  const names = new Set(matches.flatMap(({ reference, onnx }) => [reference.name, onnx.name]));
  for (const name of wishes.shapes.keys()) {
    if (names.has(name)) continue;
    const known = [...names].join(', ');
    throw new VerifyError('no-match', `shape of ${name}: there is no such input, only ${known}`);
  }
  return matches.map((match) => {
    const kind = kindOf(match);
    const shape = shapeOf(match, wishes.shapes);
    return {
      match,
      kind,
      shape,
      idCount: kind === 'boolean' ? undefined : idsOf(match, kind, wishes),
    };
  });
}

/** An integer on either side makes both get integers. */
function kindOf({ reference, onnx }: MatchedPorts): NumberKind {
  const [left, right] = [reference, onnx].map(({ type }) => kindOfType(type ?? 'float32')!);
  return left === 'float' ? right : left;
}

function shapeOf(
  { reference, onnx }: MatchedPorts,
  wishes: InputWishes['shapes'],
): readonly number[] {
  const wish = wishes.get(reference.name) ?? wishes.get(onnx.name);
  const known = merged(reference, onnx);
  if (wish === undefined && known === undefined) {
    throw new VerifyError(
      'open-shape',
      `input ${reference.name}: neither model says its shape; give one (--shape ${reference.name}=2,8)`,
    );
  }
  const open = known?.some((size) => size === null) ?? true;
  const shape = wish ?? known!.map((size, axis) => size ?? (axis === 0 ? FIRST_AXIS : OTHER_AXES));
  const fits =
    known === undefined ||
    (shape.length === known.length &&
      known.every((size, axis) => size === null || size === shape[axis]));
  if (!fits) {
    throw new VerifyError(
      'no-match',
      `input ${reference.name}: shape ${formatShape(shape)} was asked for, the models take ${formatShape(known)}`,
    );
  }
  if (elementCount(shape) > MOST_NUMBERS) {
    const advice = open ? 'ask for a smaller shape' : 'the models are too large for this check';
    throw new VerifyError(
      'open-shape',
      `input ${reference.name}: ${formatShape(shape)} is more than ${MOST_NUMBERS} numbers; ${advice}`,
    );
  }
  return shape;
}

/** What either model knows of a shape. They have been matched, so they do not disagree. */
function merged(reference: Port, onnx: Port): Port['shape'] {
  if (reference.shape === undefined) return onnx.shape;
  return reference.shape.map((size, axis) => size ?? onnx.shape?.[axis] ?? null);
}

function idsOf(
  { reference, onnx }: MatchedPorts,
  kind: NumberKind,
  { vocabulary }: InputWishes,
): number | undefined {
  const limits = [reference.idCount, onnx.idCount].filter((limit) => limit !== undefined);
  if (kind === 'float' && limits.length === 0) return undefined;
  if (vocabulary !== undefined) limits.push(vocabulary);
  if (limits.length > 0) return Math.min(...limits);
  throw new VerifyError(
    'open-range',
    `input ${reference.name}: integers, and the graph does not say how large they may be; give the range (--vocabulary N)`,
  );
}
