import { expect, it } from 'vitest';
import { RunningTasks } from './running-tasks.js';

/** A promise and the function that ends it. */
function pending(): { promise: Promise<void>; end: () => void; fail: (error: Error) => void } {
  let end!: () => void;
  let fail!: (error: Error) => void;
  const promise = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { promise, end, fail };
}

async function hasRoom(tasks: RunningTasks): Promise<boolean> {
  const full = Symbol('full');
  const later = new Promise((resolve) => setImmediate(resolve, full));
  return (await Promise.race([tasks.room(), later])) !== full;
}

it('has room until so many tasks run', async () => {
  const tasks = new RunningTasks({ tasks: 2, bytes: 100 });
  const [one, two] = [pending(), pending()];
  tasks.start(one.promise, 1);
  expect(await hasRoom(tasks)).toBe(true);
  tasks.start(two.promise, 1);
  expect(await hasRoom(tasks)).toBe(false);
  two.end();
  expect(await hasRoom(tasks)).toBe(true);
  one.end();
  await tasks.all();
});

it('has no room while the bytes are too many, though one task may be larger', async () => {
  const tasks = new RunningTasks({ tasks: 9, bytes: 100 });
  const large = pending();
  expect(await hasRoom(tasks)).toBe(true);
  tasks.start(large.promise, 1000);
  expect(await hasRoom(tasks)).toBe(false);
  large.end();
  expect(await hasRoom(tasks)).toBe(true);
});

it('throws what a task threw', async () => {
  const tasks = new RunningTasks({ tasks: 1, bytes: 100 });
  const bad = pending();
  tasks.start(bad.promise, 1);
  bad.fail(new Error('broken'));
  await expect(tasks.room()).rejects.toThrow('broken');
  await expect(tasks.all()).rejects.toThrow('broken');
});
