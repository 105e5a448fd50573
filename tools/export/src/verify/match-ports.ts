// Which input of one model is which of the other: as the caller says, else by name, else by order.
import { formatPort, formatShape, kindOfType, type Port } from './port.js';
import { VerifyError } from './verify-error.js';

export interface MatchedPorts {
  readonly reference: Port;
  readonly onnx: Port;
  readonly by: 'caller' | 'name' | 'order';
}

/** Names of the reference's ports beside those of the ONNX file. */
export type PortPairs = ReadonlyMap<string, string>;

/** Matches every port of the reference with one of the ONNX file. What has no namesake is matched in its order.
 *  @param what `input` or `output`, for messages
 *  @param pairs the caller's word
 *  @throws {VerifyError} `no-match` if ports are left over, or a pair has different shapes or kinds of numbers */
export function matchPorts(
  what: 'input' | 'output',
  reference: readonly Port[],
  onnx: readonly Port[],
  pairs: PortPairs,
): MatchedPorts[] {
  if (reference.length !== onnx.length) {
    throw new VerifyError(
      'no-match',
      `${what}s: the reference has ${listOf(reference)}, the ONNX file has ${listOf(onnx)}; ` +
        'they are not the same function',
    );
  }
  const free = new Set(onnx);
  const take = (port: Port | undefined): Port | undefined =>
    port !== undefined && free.delete(port) ? port : undefined;
  const matched = new Map<Port, MatchedPorts>();
  for (const port of reference) {
    const wanted = namesOf(port)
      .map((name) => pairs.get(name))
      .find((name) => name !== undefined);
    const pair = take(onnx.find(({ name }) => name === wanted));
    if (pair) matched.set(port, { reference: port, onnx: pair, by: 'caller' });
  }
  for (const port of reference.filter((port) => !matched.has(port))) {
    const names = new Set(namesOf(port).map(plainName));
    const namesake = take([...free].find(({ name }) => names.has(plainName(name))));
    if (namesake) matched.set(port, { reference: port, onnx: namesake, by: 'name' });
  }
  for (const port of reference.filter((port) => !matched.has(port))) {
    const next = take([...free][0])!; // as many are left on both sides
    matched.set(port, { reference: port, onnx: next, by: 'order' });
  }
  const result = reference.map((port) => matched.get(port)!);
  for (const pair of result) checkPair(what, pair);
  return result;
}

/** Refuses pairs that name no port.
 *  @throws {VerifyError} `no-match` */
export function checkPairs(
  pairs: PortPairs,
  reference: readonly Port[],
  onnx: readonly Port[],
): void {
  for (const [left, right] of pairs) {
    const known = reference.some((port) => namesOf(port).includes(left));
    if (known && onnx.some(({ name }) => name === right)) continue;
    const [name, where, ports] = known
      ? [right, 'the ONNX file', onnx]
      : [left, 'the reference', reference];
    throw new VerifyError('no-match', `${name}: not in ${where}, which has ${listOf(ports)}`);
  }
}

function checkPair(what: string, { reference, onnx, by }: MatchedPorts): void {
  const refuse = (left: string, right: string): never => {
    const hint =
      by === 'order' ? '; they were matched by their order, say which belong together' : '';
    throw new VerifyError(
      'no-match',
      `${what} ${reference.name}: ${left} in the reference, ${right} as ${onnx.name} of the ONNX file${hint}`,
    );
  };
  // Keras gives token ids as floats, which an ONNX file may take as integers.
  const kinds = [reference, onnx].map(({ type }) => type && kindOfType(type));
  if (!kinds.includes(undefined) && kinds[0] !== kinds[1] && kinds.includes('boolean')) {
    refuse(reference.type!, onnx.type!);
  }
  if (!fits(reference.shape, onnx.shape)) {
    refuse(formatShape(reference.shape), formatShape(onnx.shape));
  }
}

function fits(a: Port['shape'], b: Port['shape']): boolean {
  if (a === undefined || b === undefined) return true;
  return (
    a.length === b.length &&
    a.every((size, axis) => size === null || b[axis] === null || size === b[axis])
  );
}

function namesOf({ name, aliases }: Port): string[] {
  return [name, ...aliases];
}

/** TensorFlow's `name:0` is the first output of the node `name`, and often all there is. */
function plainName(name: string): string {
  return name.replace(/:0$/, '');
}

function listOf(ports: readonly Port[]): string {
  if (ports.length === 0) return 'none';
  return ports.map(formatPort).join(', ');
}
