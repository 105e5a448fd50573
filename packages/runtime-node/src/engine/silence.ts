// When a process that does not answer is taken for stuck. One that waits for its turn on a core is not: where other programs
// want the cores too, it may be seconds until it can say anything.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

/** A process is asked this often whether it still answers... */
export const PING_MILLISECONDS = 125;
/** ...and is stuck when it has not for a second in which it could have, far above any run. Intervals are counted and not the
 *  clock's milliseconds, so that a pause of this very process is not taken for one of the other. */
const LONGEST_SILENCE_MILLISECONDS = 1000;
/** Where nobody says who waited: with more programs than this for each core, a process has proportionally longer. */
const USUAL_LOAD = 2;

/** The silence of a process, from one interval to the next. */
export class Silence {
  readonly #waited: () => number | undefined;
  readonly #overload: () => number;
  #before: number | undefined;
  #milliseconds = 0;

  /** @param waited milliseconds that the process has waited for cores so far; undefined if that is not known
   *  @param overload how many times more than the usual number of programs want the cores; at least 1 */
  constructor(waited: () => number | undefined, overload = overloadOfMachine) {
    this.#waited = waited;
    this.#overload = overload;
  }

  /** It is asked. */
  begin(): void {
    this.#milliseconds = 0;
    this.#before = this.#waited();
  }

  /** An interval is over, and it has not answered.
   *  @returns whether it is stuck */
  goesOn(): boolean {
    const now = this.#waited();
    const isKnown = now !== undefined && this.#before !== undefined;
    const waited = isKnown ? Math.max(0, now - this.#before!) : 0;
    this.#before = now;
    this.#milliseconds += Math.max(0, PING_MILLISECONDS - waited);
    return this.#milliseconds >= LONGEST_SILENCE_MILLISECONDS * (isKnown ? 1 : this.#overload());
  }
}

/** Milliseconds that the threads of a process have waited for a core so far, together
 *  (https://docs.kernel.org/scheduler/sched-stats.html).
 *  @returns undefined where the system does not tell, and of a process that is gone */
export function waitedForCores(pid: number): number | undefined {
  const threads = `/proc/${pid}/task`;
  try {
    const nanoseconds = readdirSync(threads).reduce((sum, thread) => {
      const [, waited] = readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ');
      return sum + Number(waited);
    }, 0);
    return nanoseconds / 1e6;
  } catch {
    return undefined;
  }
}

function overloadOfMachine(): number {
  const [load = 0] = loadavg();
  return Math.max(1, load / (availableParallelism() * USUAL_LOAD));
}
