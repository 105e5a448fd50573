// Graphs for processes that start again and again: through a file that has no name any more, and not through the channel. On a
// busy machine a message of megabytes takes seconds, because it goes in pieces and both sides wait for a core for each.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A part of the file that a process has from its parent. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

/** A graph, or where it stands. */
export type SharedGraph = Uint8Array | Span;

export interface SharedGraphs<Name extends string> {
  /** For processes that are started with `file`. */
  readonly graphs: Readonly<Partial<Record<Name, SharedGraph>>>;
  /** A descriptor for processes to inherit; undefined where nothing can be written, and the graphs are as they were. */
  readonly file: number | undefined;
  /** What it takes on the disk is free when the last process that has it is gone, too. */
  close(): void;
}

export function shareGraphs<Name extends string>(
  graphs: Readonly<Partial<Record<Name, Uint8Array>>>,
): SharedGraphs<Name> {
  let file: number | undefined;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  try {
    file = openNamelessFile();
    let offset = 0;
    const spans: Partial<Record<Name, Span>> = {};
    for (const [name, bytes] of Object.entries(graphs) as [Name, Uint8Array][]) {
      writeFileSync(file, bytes); // goes on where the last one ended
      spans[name] = { offset, length: bytes.length };
      offset += bytes.length;
    }
    return { graphs: spans, file, close };
  } catch {
    close();
    return { graphs, file: undefined, close };
  }
}

function openNamelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'ostinato-'));
  try {
    return openSync(join(folder, 'graphs'), 'w+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the process: the bytes of a graph.
 *  @param file as it has inherited it */
export function readSharedGraph(graph: SharedGraph, file: number): Uint8Array {
  if (graph instanceof Uint8Array) return graph;
  const bytes = new Uint8Array(graph.length);
  for (let done = 0; done < bytes.length;) {
    const read = readSync(file, bytes, done, bytes.length - done, graph.offset + done);
    if (read === 0) throw new Error('internal: the file of the graphs is shorter than it was');
    done += read;
  }
  return bytes;
}
