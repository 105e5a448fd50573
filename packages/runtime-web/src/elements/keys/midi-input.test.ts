// Web MIDI as its specification has it: ports that come and go, and whatever a keyboard may send.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listenToMidi } from './midi-input.js';

/** A keyboard's port. */
class Port extends EventTarget {
  state = 'connected';
  readonly id: string;
  readonly name: string | null;

  constructor(id: string, name: string | null) {
    super();
    this.id = id;
    this.name = name;
  }

  send(...bytes: number[]): void {
    this.dispatchEvent(Object.assign(new Event('midimessage'), { data: Uint8Array.from(bytes) }));
  }
}

class Access extends EventTarget {
  readonly inputs = new Map<string, Port>();

  plugIn(port: Port): void {
    port.state = 'connected';
    this.inputs.set(port.id, port);
    this.dispatchEvent(new Event('statechange'));
  }

  /** Some browsers keep the port. */
  unplug(port: Port, isKept = false): void {
    port.state = 'disconnected';
    if (!isKept) this.inputs.delete(port.id);
    this.dispatchEvent(new Event('statechange'));
  }
}

describe('MIDI keyboards', () => {
  let access: Access;
  let said: string[];
  let stop: AbortController;
  const listener = {
    press: (pitch: number, velocity: number) => said.push(`+${pitch} ${velocity}`),
    release: (pitch: number) => said.push(`-${pitch}`),
    onDevices: (names: string[]) => said.push(names.join(' and ') || 'none'),
  };
  const listen = (): Promise<string[]> => listenToMidi(listener, stop.signal);

  beforeEach(() => {
    [access, said, stop] = [new Access(), [], new AbortController()];
    vi.stubGlobal('navigator', { requestMIDIAccess: () => Promise.resolve(access) });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('are all heard, each note once', async () => {
    const [one, two] = [new Port('1', 'Piano'), new Port('2', null)];
    access.plugIn(one);
    access.plugIn(two);
    expect(await listen()).toEqual(['Piano', 'MIDI keyboard']);
    access.dispatchEvent(new Event('statechange')); // a port is opened: nothing is new
    said = [];
    one.send(0x90, 60, 100);
    two.send(0x93, 64, 1);
    one.send(0x90, 60, 0);
    two.send(0x83, 64, 40);
    expect(said).toEqual(['+60 100', '+64 1', '-60', '-64']);
  });

  it('may send anything else', async () => {
    const port = new Port('1', 'Piano');
    access.plugIn(port);
    await listen();
    port.send(0xfe); // active sensing
    port.send(0xf8); // clock
    port.send(0xf0, 0x7e, 0x7f, 0x09, 0x01, 0xf7); // system exclusive
    port.send(0xb0, 64, 127); // pedal
    port.send(0xe0, 0, 64); // bend
    port.send(0xd0, 90); // pressure
    port.send();
    expect(said).toEqual([]);
  });

  it('can be plugged in later, and out with a key held down', async () => {
    expect(await listen()).toEqual([]);
    const [one, two] = [new Port('1', 'Piano'), new Port('2', 'Organ')];
    access.plugIn(one);
    access.plugIn(two);
    one.send(0x90, 60, 100);
    two.send(0x90, 67, 90);
    access.unplug(one);
    access.unplug(two, true);
    expect(said.join(', ')).toBe('Piano, Piano and Organ, +60 100, +67 90, -60, Organ, -67, none');
    access.plugIn(two);
    two.send(0x90, 62, 80);
    expect(said.slice(-2)).toEqual(['Organ', '+62 80']);
  });

  it('are not heard any more in the end', async () => {
    const port = new Port('1', 'Piano');
    access.plugIn(port);
    await listen();
    stop.abort();
    port.send(0x90, 60, 100);
    access.unplug(port);
    expect(said).toEqual([]);
  });

  it('may be refused, or unknown to the browser', async () => {
    const refused = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    vi.stubGlobal('navigator', { requestMIDIAccess: refused });
    await expect(listen()).rejects.toMatchObject({ code: 'midi-refused' });
    vi.stubGlobal('navigator', {});
    await expect(listen()).rejects.toMatchObject({ code: 'midi-missing' });
  });
});
