import { describe, expect, it } from 'vitest';
import { fileAddress, parseModelAddress, shownAddress } from './address.js';

describe('parseModelAddress', () => {
  it.each([
    ['https://example.org/models/mine', 'https://example.org/models/mine/'],
    ['https://example.org/models/mine/', 'https://example.org/models/mine/'],
    ['https://example.org/models/mine/manifest.json#top', 'https://example.org/models/mine/'],
    ['https://example.org', 'https://example.org/'],
    ['https://example.org/a b?key=1', 'https://example.org/a%20b/?key=1'],
    ['http://localhost:8080/m', 'http://localhost:8080/m/'],
    ['http://127.0.0.1/m', 'http://127.0.0.1/m/'],
    ['http://[::1]:80/m', 'http://[::1]/m/'],
  ])('reads %s', (text, expected) => {
    expect(parseModelAddress(text)).toBe(expected);
  });

  it.each([
    ['http://example.org/', /^http:\/\/example\.org\/: http: is taken from this machine only/],
    ['http://127.example.org/', /this machine only/],
    ['http://localhost.example.org/', /this machine only/],
    ['ftp://example.org/', /expected https:/],
    ['data:,x', /expected https:/],
    ['mine', /^mine: expected an address/],
    ['https://[?token=secret', /^https:\/\/\[: expected an address/],
    ['https://me:secret@example.org/?k=1', /^https:\/\/example\.org\/: has a user name/],
  ])('refuses %s', (text, message) => {
    expect(() => parseModelAddress(text)).toThrow(message);
    expect(() => parseModelAddress(text)).toThrow(expect.objectContaining({ code: 'bad-address' }));
    expect(() => parseModelAddress(text)).not.toThrow(/secret/);
  });

  it('takes http: from anywhere if that was asked for', () => {
    expect(parseModelAddress('http://example.org/m', { allowHttp: true })).toBe(
      'http://example.org/m/',
    );
  });
});

it('a query is asked with, and not shown', () => {
  const base = parseModelAddress('https://example.org/m?key=secret');
  expect(fileAddress(base, 'step.onnx')).toBe('https://example.org/m/step.onnx?key=secret');
  expect(shownAddress(fileAddress(base, 'step.onnx'))).toBe('https://example.org/m/step.onnx');
});
