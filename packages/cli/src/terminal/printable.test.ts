import { expect, it } from 'vitest';
import { printable } from './printable.js';

it('keeps letters of every script', () => {
  expect(printable('Flöte – 尺八 🎻')).toBe('Flöte – 尺八 🎻');
});

it('lets no escape code through', () => {
  expect(printable('\u001B[2Jx\r\n\u009B1m\u202Ey')).toBe('?[2Jx???1m?y');
});

it('cuts long text between characters', () => {
  expect(printable('🎻'.repeat(100), 4)).toBe('🎻🎻🎻…');
});
