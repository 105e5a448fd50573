// Reads event files back, for tests: what TensorBoard would show of them.
import { fromBinary } from '@bufbuild/protobuf';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Event, EventSchema } from '../report/tensorboard/event_pb.js';
import { decodeRecords } from '../report/tensorboard/records.js';

/** All events of a folder, file after file in the order of their names. */
export async function readEvents(folder: string): Promise<Event[]> {
  const events: Event[] = [];
  for (const name of (await readdir(folder)).sort()) {
    for (const record of decodeRecords(await readFile(join(folder, name)))) {
      events.push(fromBinary(EventSchema, record));
    }
  }
  return events;
}

/** The points of a curve, [step, value]; what a later session has taken again is gone, as TensorBoard does it. */
export function curveOf(events: readonly Event[], tag: string): [number, number][] {
  let points: [number, number][] = [];
  for (const { step, what } of events) {
    if (what.case === 'sessionLog' && what.value.status === 1) {
      points = points.filter(([before]) => before < Number(step));
    }
    if (what.case !== 'summary') continue;
    for (const { tag: name, value } of what.value.value) {
      if (name === tag && value.case === 'simpleValue') points.push([Number(step), value.value]);
    }
  }
  return points;
}
