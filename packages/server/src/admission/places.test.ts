import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '../problem/problem.js';
import { createPlaces, type Outcome, type Place, type PlaceCounts } from './places.js';

const forever = new AbortController().signal;
const goneAway = new ProblemError('cancelled', 'gone');

/** Lets everything happen that is due. */
const settle = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

function sumOf({ running, waiting, finished, failed, cancelled, refused }: PlaceCounts) {
  return running + waiting + finished + failed + cancelled + refused;
}

describe('createPlaces', () => {
  it('lets in as many as there are places, then the others in the order they came', async () => {
    const places = createPlaces({ running: 2, queued: 3 });
    const inside: number[] = [];
    const taken: Place[] = [];
    const come = async (i: number) => {
      taken.push(await places.enter(forever));
      inside.push(i);
    };
    for (let i = 0; i < 5; i++) void come(i);
    await settle();
    expect(inside).toEqual([0, 1]);
    expect(places.counts).toMatchObject({ running: 2, waiting: 3, entered: 5 });
    for (let i = 0; i < 5; i++) {
      taken[i].leave('finished');
      await settle();
      expect(inside).toEqual([0, 1, 2, 3, 4].slice(0, i + 3));
    }
    expect(places.counts).toMatchObject({ running: 0, waiting: 0, finished: 5 });
  });

  it('refuses at once what finds no place, with the time that the queue is likely to take', async () => {
    let time = 0;
    const places = createPlaces({ running: 2, queued: 1, now: () => time });
    const first = await places.enter(forever);
    time += 20_000;
    first.leave('finished');
    await places.enter(forever);
    await places.enter(forever);
    void places.enter(forever);
    const refusal: unknown = await places.enter(forever).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProblemError);
    // 20 s a visit, two places, one that waits and this one.
    expect(refusal).toMatchObject({ code: 'overloaded', headers: { 'retry-after': '20' } });
    expect(places.counts).toMatchObject({ running: 2, waiting: 1, refused: 1, entered: 5 });
  });

  it('lets everybody in, or refuses them, before the first begins to work', async () => {
    const places = createPlaces({ running: 1, queued: 1 });
    const events: string[] = [];
    const come = (name: string) =>
      places
        .run(forever, async () => void events.push(`${name} works`))
        .catch(() => events.push(`${name} is refused`));
    await Promise.all(['first', 'second', 'third'].map(come));
    expect(events).toEqual(['third is refused', 'first works', 'second works']);
    expect(places.refuse()).toBeUndefined();
    expect(places.counts).toMatchObject({ entered: 3, finished: 2, refused: 1 });
  });

  it('lets nobody in who gave up waiting', async () => {
    const places = createPlaces({ running: 1, queued: 2 });
    const place = await places.enter(forever);
    const client = new AbortController();
    const waiting = places.enter(client.signal);
    const next = places.enter(forever);
    client.abort(goneAway);
    await expect(waiting).rejects.toBe(goneAway);
    expect(places.counts).toMatchObject({ running: 1, waiting: 1, cancelled: 1 });
    place.leave('finished');
    expect((await next)[Symbol.dispose]).toBeTypeOf('function');
  });

  it('lets others wait beside, who fill no queue here and get their turn as they came', async () => {
    const places = createPlaces({ running: 1, queued: 1 });
    const beside = places.alongside(Infinity);
    const place = await places.enter(forever);
    const inside: string[] = [];
    const come = async (from: typeof places, name: string) => {
      using _ = await from.enter(forever);
      inside.push(name);
    };
    const all = [come(beside, 'a'), come(beside, 'b'), come(places, 'c'), come(beside, 'd')];
    await expect(places.enter(forever)).rejects.toMatchObject({ code: 'overloaded' });
    expect(places.counts).toMatchObject({ running: 1, waiting: 1, refused: 1 });
    expect(beside.counts).toMatchObject({ running: 0, waiting: 3, refused: 0 });
    place.leave('finished');
    await Promise.all(all);
    expect(inside).toEqual(['a', 'b', 'c', 'd']);
    expect(beside.counts).toMatchObject({ entered: 3, finished: 3, running: 0, waiting: 0 });
  });

  it.each<[string, Error, Outcome]>([
    ['cancelled', goneAway, 'cancelled'],
    ['an AbortError', new DOMException('stop', 'AbortError'), 'cancelled'],
    ['the deadline', new ProblemError('deadline', 'over'), 'failed'],
    ['any error', new Error('broken'), 'failed'],
  ])('counts %s, and throws it on', async (_, error, outcome) => {
    const places = createPlaces({ running: 1, queued: 0 });
    const work = places.run(forever, async () => {
      await settle();
      throw error;
    });
    await expect(work).rejects.toBe(error);
    expect(places.counts).toMatchObject({ running: 0, entered: 1, [outcome]: 1 });
  });

  it('never loses count, whoever comes, gives up and leaves, in any order', async () => {
    type Step = ['enter'] | ['abort', number] | ['leave', number, Outcome] | ['settle'];
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      fc.constant(['enter']),
      fc.tuple(fc.constant('abort' as const), fc.nat(30)),
      fc.tuple(
        fc.constant('leave' as const),
        fc.nat(30),
        fc.constantFrom<Outcome>('finished', 'failed', 'cancelled'),
      ),
      fc.constant(['settle']),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.nat(4),
        fc.array(step, { maxLength: 60 }),
        async (running, queued, steps) => {
          const places = createPlaces({ running, queued });
          const beside = places.alongside(Infinity);
          const clients: AbortController[] = [];
          const inside: Place[] = [];
          const check = () => {
            const both = [places.counts, beside.counts];
            for (const counts of both) expect(sumOf(counts)).toBe(counts.entered);
            const sum = (name: keyof PlaceCounts) => both[0][name] + both[1][name];
            expect(sum('entered')).toBe(clients.length);
            expect(sum('running')).toBeLessThanOrEqual(running);
            expect(places.counts.waiting).toBeLessThanOrEqual(queued);
            expect(beside.counts.refused).toBe(0);
            // Nobody waits beside a free place.
            expect(sum('waiting') === 0 || sum('running') === running).toBe(true);
          };
          for (const [what, index = 0, outcome = 'finished'] of steps) {
            if (what === 'enter') {
              const client = new AbortController();
              clients.push(client);
              (clients.length % 3 === 0 ? beside : places).enter(client.signal).then(
                (place) => inside.push(place),
                () => undefined,
              );
            } else if (what === 'abort') clients[index]?.abort(goneAway);
            else if (what === 'leave') inside[index]?.leave(outcome);
            else await settle();
            check();
          }
          while (places.counts.running + beside.counts.running > 0) {
            await settle();
            for (const place of inside) place[Symbol.dispose]();
            check();
          }
          expect(places.counts).toMatchObject({ running: 0, waiting: 0 });
        },
      ),
      { numRuns: 200 },
    );
  });
});
