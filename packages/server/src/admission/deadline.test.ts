import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startDeadline } from './deadline.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('ends when the time is over', () => {
  using deadline = startDeadline(new AbortController().signal, 2);
  vi.advanceTimersByTime(1999);
  expect(deadline.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(deadline.signal.reason).toMatchObject({ code: 'deadline' });
});

it('ends when the client goes away, now or before', () => {
  const client = new AbortController();
  using deadline = startDeadline(client.signal, 2);
  client.abort();
  expect(deadline.signal.reason).toMatchObject({ code: 'cancelled' });
  using late = startDeadline(client.signal, 2);
  expect(late.signal.reason).toMatchObject({ code: 'cancelled' });
});

it('holds on to nothing afterwards', () => {
  const client = new AbortController();
  const deadline = startDeadline(client.signal, 2);
  deadline[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  client.abort();
  expect(deadline.signal.aborted).toBe(false);
});
