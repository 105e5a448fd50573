// Tensors by name against the names and shapes that a network has.
import type { NamedTensors } from '@ostinato/model';
import { CheckpointError } from './checkpoint-error.js';

/** Checks that tensors are exactly those expected, in any order.
 *  @param where names their origin in messages
 *  @throws {CheckpointError} `missing-tensor`, `unknown-tensor` or `tensor-shape` */
export function checkTensors(
  tensors: NamedTensors,
  expected: ReadonlyMap<string, readonly number[]>,
  where: string,
): void {
  for (const name of tensors.keys()) {
    if (!expected.has(name)) {
      throw new CheckpointError(
        'unknown-tensor',
        `${where}: the network has no tensor "${name}"; is this from another network?`,
      );
    }
  }
  for (const [name, shape] of expected) {
    const found = tensors.get(name);
    if (found === undefined) {
      throw new CheckpointError('missing-tensor', `${where}: tensor "${name}" is missing`);
    }
    if (found.shape.join() !== shape.join()) {
      throw new CheckpointError(
        'tensor-shape',
        `${where}: tensor "${name}" has shape [${found.shape.join(', ')}], the network needs [${shape.join(', ')}]`,
      );
    }
    const count = shape.reduce((product, size) => product * size, 1);
    if (found.data.length !== count) {
      throw new CheckpointError(
        'tensor-shape',
        `${where}: tensor "${name}" of shape [${shape.join(', ')}] needs ${count} numbers, found ${found.data.length}`,
      );
    }
  }
}
