// Listeners in real time: every note must be there before it sounds, and the server must stay awake beside them.
import { setTimeout as sleep } from 'node:timers/promises';
import { rounded, scaled, type ServerCase, untilIdle } from './case.js';
import { probeHealth } from './health-probe.js';
import { histogramQuantile } from './metrics.js';
import { listen } from './stream-listener.js';

/** New listeners in a second, while they arrive. */
const ARRIVALS_PER_SECOND = 50;

export const realtime: ServerCase = async (server, options) => {
  const streams = scaled(options.streams, options, 10);
  const heldSeconds = scaled(60, options, 2);
  const before = await server.metrics();
  const listeners = [];
  for (let seed = 1; seed <= streams; seed++) {
    listeners.push(listen(server.url, `pace=realtime&seconds=600&seed=${seed}`));
    await sleep(1000 / ARRIVALS_PER_SECOND);
  }
  await Promise.all(listeners.map(({ started }) => started));
  const notesBefore = sum(listeners.map(({ figures }) => figures().notes));
  const cpuBefore = { server: server.cpuSeconds(), client: process.cpuUsage() };
  const endProbe = probeHealth(server.url);
  await sleep(heldSeconds * 1000);
  const health = await endProbe();
  const client = process.cpuUsage(cpuBefore.client);
  const cpu = server.cpuSeconds();
  const samples = await server.metrics();
  const figures = listeners.map((listener) => listener.figures());
  for (const listener of listeners) listener.leave();
  await untilIdle(server);

  const late = 'ostinato_stream_late_notes_total{model="musicnet"}';
  return {
    streams,
    heldSeconds,
    open: figures.filter(({ status, hasEnded }) => status === 200 && !hasEnded).length,
    lateStreams: figures.filter(({ lateNotes }) => lateNotes > 0).length,
    lateNotes: sum(figures.map(({ lateNotes }) => lateNotes)),
    leastMarginSeconds: rounded(Math.min(...figures.map((each) => each.leastMarginSeconds))),
    lateNotesByServer: (samples.get(late) ?? 0) - (before.get(late) ?? 0),
    delaySecondsP99: histogramQuantile(samples, 'ostinato_stream_note_delay_seconds', 0.99),
    notesPerSecond: rounded((sum(figures.map(({ notes }) => notes)) - notesBefore) / heldSeconds),
    health,
    cores: {
      answering: rounded((cpu.answering - cpuBefore.server.answering) / heldSeconds),
      computing: rounded((cpu.computing - cpuBefore.server.computing) / heldSeconds),
      client: rounded((client.user + client.system) / 1e6 / heldSeconds),
    },
    memoryMB: rounded(server.memoryMB()),
  };
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
