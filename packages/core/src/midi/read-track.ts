// Reads the events of one track chunk.
import type { KeySignature, Tempo, TimeSignature } from '../score/score.js';
import { ByteReader } from './byte-reader.js';
import type { TrackChunk } from './chunks.js';
import { parseContinuation } from './continuation.js';
import type { Continuation } from './continuation.js';
import { META, decodeKeySignature, decodeTempo, decodeTimeSignature } from './meta-events.js';
import { MidiFormatError } from './midi-format-error.js';
import type { MidiBudget } from './midi-limits.js';
import type { MidiWarnings } from './midi-warnings.js';
import { NoteMatcher } from './note-matching.js';
import type { Part } from './note-matching.js';
import { decodeMidiText } from './text.js';

/** What the events of a track chunk say; lists are in the order of the file. */
export interface TrackContent {
  index: number;
  /** The first track name that is not empty, or ''. */
  name: string;
  parts: Part[];
  programs: { tick: number; channel: number; program: number }[];
  tempos: Tempo[];
  timeSignatures: TimeSignature[];
  keySignatures: KeySignature[];
  continuations: Continuation[];
  /** Tick of the End of Track, or of the last event without one. */
  endTick: number;
  /** The byte after the End of Track; undefined without one. */
  endOffset: number | undefined;
}

/** Reads a track chunk up to its End of Track.
 *  @throws {MidiFormatError} */
export function readTrack(
  bytes: Uint8Array,
  chunk: TrackChunk,
  budget: MidiBudget,
  warnings: MidiWarnings,
): TrackContent {
  return new TrackReader(bytes, chunk, budget, warnings).read();
}

/** Bytes of data after each channel status, by its upper four bits less 8: 8n note-off .. En pitch bend. */
const DATA_BYTES = [2, 2, 2, 2, 1, 1, 2];

class TrackReader {
  readonly #reader: ByteReader;
  readonly #chunk: TrackChunk;
  readonly #budget: MidiBudget;
  readonly #warnings: MidiWarnings;
  readonly #matcher: NoteMatcher;
  readonly #content: TrackContent;
  /** Program of each channel; -1 until the track sets one. */
  readonly #programs = new Int16Array(16).fill(-1);
  #tick = 0;
  #runningStatus = 0;
  #runningStatusCancelled = false;

  constructor(bytes: Uint8Array, chunk: TrackChunk, budget: MidiBudget, warnings: MidiWarnings) {
    const pastEnd = chunk.cut ? 'truncated' : 'event-past-chunk';
    this.#reader = new ByteReader(bytes, chunk.offset, chunk.end, pastEnd);
    this.#chunk = chunk;
    this.#budget = budget;
    this.#warnings = warnings;
    this.#content = {
      index: chunk.index,
      name: '',
      parts: [],
      programs: [],
      tempos: [],
      timeSignatures: [],
      keySignatures: [],
      continuations: [],
      endTick: 0,
      endOffset: undefined,
    };
    this.#matcher = new NoteMatcher(chunk.index, warnings);
  }

  read(): TrackContent {
    const content = this.#content;
    while (this.#reader.remaining > 0 && content.endOffset === undefined) this.#readEvent();
    if (content.endOffset === undefined) this.#acceptMissingEnd();
    content.endTick = this.#tick;
    content.parts = this.#matcher.finish(this.#tick);
    return content;
  }

  #acceptMissingEnd(): void {
    const { cut, end, index } = this.#chunk;
    if (cut) {
      const message = 'the file ends before the track does; it was cut off';
      throw new MidiFormatError('truncated', end, message);
    }
    this.#warnings.add(
      'missing-end',
      'a track has no End of Track; it ends with its chunk',
      end,
      index,
    );
  }

  #readEvent(): void {
    const reader = this.#reader;
    const start = reader.offset;
    this.#budget.spend('events', 1, start);
    this.#tick += reader.variableLength();
    this.#budget.check('ticks', this.#tick, start);
    const status = reader.peek() >= 0x80 ? reader.byte() : this.#takeRunningStatus();
    if (status < 0xf0) {
      this.#runningStatus = status;
      this.#runningStatusCancelled = false;
      this.#readChannelMessage(status, start);
      return;
    }
    this.#runningStatusCancelled = true;
    if (status === 0xff) {
      this.#readMeta(start);
    } else if (status === 0xf0 || status === 0xf7) {
      reader.take(reader.variableLength()); // SysEx, a fragment of one, or an escape: no music in it
    } else {
      const message = `status 0x${status.toString(16)} has no place in a MIDI file; the track is damaged here`;
      throw new MidiFormatError('bad-status', reader.offset - 1, message);
    }
  }

  /** RP-001 says that meta and SysEx events cancel running status; many files rely on the opposite. */
  #takeRunningStatus(): number {
    const { offset } = this.#reader;
    if (this.#runningStatus === 0) {
      const message = 'expected a status byte, found a data byte with none before it';
      throw new MidiFormatError('missing-status', offset, message);
    }
    if (this.#runningStatusCancelled) {
      const message = 'running status was kept over a meta or SysEx event';
      this.#warnings.add('running-status', message, offset, this.#chunk.index);
    }
    return this.#runningStatus;
  }

  #readChannelMessage(status: number, start: number): void {
    const reader = this.#reader;
    const kind = status >> 4;
    const channel = status & 0x0f;
    const first = reader.dataByte();
    const second = DATA_BYTES[kind - 8] === 2 ? reader.dataByte() : 0;
    const tick = this.#tick;
    if (kind === 0x9 && second > 0) {
      this.#budget.spend('notes', 1, start);
      const program = this.#programs[channel];
      this.#matcher.noteOn(channel, first, { tick, velocity: second, program, offset: start });
    } else if (kind === 0x8 || kind === 0x9) {
      this.#matcher.noteOff(channel, first, tick, start);
    } else if (kind === 0xc) {
      this.#programs[channel] = first;
      this.#content.programs.push({ tick, channel, program: first });
    }
  }

  #readMeta(start: number): void {
    const reader = this.#reader;
    const type = reader.byte();
    if (type > 0x7f) {
      const message = `expected a meta event type below 0x80, found 0x${type.toString(16)}`;
      throw new MidiFormatError('bad-status', reader.offset - 1, message);
    }
    const data = reader.take(reader.variableLength());
    const content = this.#content;
    if (type === META.endOfTrack) {
      content.endOffset = reader.offset;
      if (data.length > 0) this.#warnBadMeta('an End of Track with data in it', start);
    } else if (type === META.trackName) {
      this.#readName(data, start);
    } else if (type === META.text) {
      const continuation = parseContinuation(data);
      if (continuation !== undefined) content.continuations.push(continuation);
    } else if (type === META.tempo) {
      this.#keepOrWarn(content.tempos, decodeTempo(this.#tick, data), 'tempo', start);
    } else if (type === META.timeSignature) {
      const signature = decodeTimeSignature(this.#tick, data);
      this.#keepOrWarn(content.timeSignatures, signature, 'time signature', start);
    } else if (type === META.keySignature) {
      const signature = decodeKeySignature(this.#tick, data);
      this.#keepOrWarn(content.keySignatures, signature, 'key signature', start);
    }
  }

  #readName(data: Uint8Array, start: number): void {
    if (this.#content.name !== '') return;
    this.#budget.spend('textBytes', data.length, start);
    this.#content.name = decodeMidiText(data);
  }

  #keepOrWarn<T>(list: T[], event: T | undefined, what: string, start: number): void {
    if (event !== undefined) list.push(event);
    else this.#warnBadMeta(`a ${what} with an impossible length or value was ignored`, start);
  }

  #warnBadMeta(message: string, start: number): void {
    this.#warnings.add('bad-meta', message, start, this.#chunk.index);
  }
}
