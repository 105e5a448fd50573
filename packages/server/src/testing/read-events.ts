// Reads an answer of server-sent events, for tests.

export interface ReceivedEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

/** All events until the stream ends. */
export async function readEvents(answer: Response | Promise<Response>): Promise<ReceivedEvent[]> {
  return parseEvents(await (await answer).text());
}

/** @param text of whole events; comments are left out */
export function parseEvents(text: string): ReceivedEvent[] {
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    if (data === undefined) return [];
    const facts = JSON.parse(data) as Record<string, unknown>;
    return [{ event: field('event') ?? 'message', id: field('id'), data: facts }];
  });
}

/** Reads an answer piece by piece. */
export interface ChunkReader {
  /** The next chunk as text; undefined at the end. */
  next(): Promise<string | undefined>;
  cancel(): Promise<void>;
}

export function openReader(answer: Response): ChunkReader {
  const reader = answer.body!.getReader();
  const decoder = new TextDecoder();
  return {
    async next() {
      const { value } = await reader.read();
      return value && decoder.decode(value);
    },
    cancel: () => reader.cancel(),
  };
}
