import { expect, it } from 'vitest';
import { redisOptions } from './connection.js';

it.each([
  ['redis://127.0.0.1', { host: '127.0.0.1', port: 6379, db: 0 }],
  ['redis://redis:7000/3', { host: 'redis', port: 7000, db: 3 }],
  ['redis://[::1]:6379', { host: '::1', port: 6379, db: 0 }],
  [
    'redis://me:p%40ss@redis',
    { host: 'redis', port: 6379, db: 0, username: 'me', password: 'p@ss' },
  ],
  ['rediss://:secret@redis', { host: 'redis', port: 6379, db: 0, password: 'secret', tls: {} }],
])('reads %s', (address, options) => {
  expect(redisOptions({ address })).toEqual(options);
});

it.each(['', 'redis', 'redis://', 'http://:secret@redis', 'redis://:secret@redis/name'])(
  'refuses "%s" without telling what is in it',
  (address) => {
    let message = '';
    try {
      redisOptions({ address });
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toMatch(/^queue: expected redis:/);
    expect(message).not.toContain('secret');
  },
);
