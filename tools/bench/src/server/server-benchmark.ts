// The figures of the server: each case against a real `ostinato serve` on this machine.
import type { CaseOptions, ServerCase } from './case.js';
import { composing, throughput } from './composing.js';
import { dropped, overload } from './overload.js';
import { crash, drain } from './endings.js';
import { endurance, mixed } from './many-requests.js';
import { realtime } from './realtime.js';
import { startServer } from './server-process.js';
import { stalled } from './stalled.js';

/** Those that leave the server as they found it share one. */
const SHARED: Readonly<Record<string, ServerCase>> = {
  realtime,
  throughput,
  composing,
  overload,
  dropped,
  mixed,
  endurance,
  stalled,
};
/** Those that have servers of their own. */
const OWN: Readonly<Record<string, (options: CaseOptions) => Promise<object>>> = { drain, crash };
const NAMES = [...Object.keys(SHARED), ...Object.keys(OWN)];

/** Runs cases one after the other.
 *  @param names default: all
 *  @throws {Error} for a name that is none */
export async function benchmarkServer(
  options: CaseOptions,
  names: readonly string[] = NAMES,
): Promise<Record<string, object>> {
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--cases: expected some of ${NAMES.join(', ')}, found ${unknown}`);
  }
  const figures: Record<string, object> = {};
  const shared = names.filter((name) => Object.hasOwn(SHARED, name));
  if (shared.length > 0) {
    await using server = await startServer(options.model, options.serve);
    for (const name of shared) figures[name] = await named(name, SHARED[name](server, options));
  }
  for (const name of names) {
    if (Object.hasOwn(OWN, name)) figures[name] = await named(name, OWN[name](options));
  }
  return figures;
}

/** Tells the figures as soon as they are there, and which case an error is of. */
async function named(name: string, measured: Promise<object>): Promise<object> {
  try {
    const figures = await measured;
    console.error(name, JSON.stringify(figures));
    return figures;
  } catch (cause) {
    throw new Error(`${name}: ${(cause as Error).message}`, { cause });
  }
}
