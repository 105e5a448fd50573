import { describe, expect, it, vi } from 'vitest';
import { KEY_COUNT, letterOfKey, pitchOfCode, shiftOctave } from './computer-keyboard.js';
import { receive } from './midi-input.js';

describe('the keys of a computer', () => {
  it('are a piano', () => {
    expect(
      ['KeyA', 'KeyW', 'KeyS', 'KeyK', 'Semicolon'].map((code) => pitchOfCode(code, 60)),
    ).toEqual([60, 61, 62, 72, 76]);
    expect(pitchOfCode('KeyQ', 60)).toBeUndefined();
    expect(Array.from({ length: KEY_COUNT }, (_, i) => letterOfKey(i)).join('')).toBe(
      'AWSEDFTGYHUJKOLP;',
    );
  });

  it('shift by octaves and stay on a piano', () => {
    expect([shiftOctave(60, 'KeyZ'), shiftOctave(60, 'KeyX'), shiftOctave(60, 'KeyA')]).toEqual([
      48, 72, 60,
    ]);
    expect([shiftOctave(24, 'KeyZ'), shiftOctave(96, 'KeyX')]).toEqual([24, 96]);
  });
});

describe('messages of a MIDI keyboard', () => {
  it.each<[string, number[], unknown[], unknown[]]>([
    ['a note-on', [0x90, 60, 100], [[60, 100]], []],
    ['a note-on of channel 7', [0x96, 61, 1], [[61, 1]], []],
    ['a note-off', [0x80, 60, 64], [], [[60]]],
    ['a note-on without velocity', [0x90, 60, 0], [], [[60]]],
    ['a controller', [0xb0, 64, 127], [], []],
    ['active sensing', [0xfe], [], []],
  ])('%s', (_, bytes, pressed, released) => {
    const listener = {
      press: vi.fn<(pitch: number, velocity: number) => void>(),
      release: vi.fn<(pitch: number) => void>(),
    };
    receive(Uint8Array.from(bytes), listener);
    expect(listener.press.mock.calls).toEqual(pressed);
    expect(listener.release.mock.calls).toEqual(released);
  });
});
