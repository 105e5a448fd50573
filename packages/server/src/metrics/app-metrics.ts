// What the app tells Prometheus of itself. Labels are names of models and patterns of routes, never what a client sends.
import type { ModelStatus } from '@ostinato/core';
import type { PlaceCounts, Places } from '../admission/places.js';
import type { ServedModel } from '../app-options.js';
import type { Punctuality } from '../streaming/pace.js';
import { createMetricRegistry, type MetricRegistry, type Reading } from './registry.js';

/** Seconds until an answer begins. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
/** Seconds after a note was due. */
const DELAYS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

export interface AppMetrics {
  /** For those that have metrics of their own. */
  readonly registry: MetricRegistry;
  /** @param route its pattern
   *  @param seconds until the answer began */
  answered(method: string, route: string, status: number, seconds: number): void;
  /** Counts what was composed. */
  composed(model: string, notes: number): void;
  /** @param punctuality in real time */
  streamedNote(model: string, punctuality: Punctuality | undefined): void;
  /** @param from whether there was a checkpoint, or all was composed again */
  resumed(model: string, from: 'checkpoint' | 'seed'): void;
}

export function createAppMetrics(
  models: ReadonlyMap<string, ServedModel>,
  places: Readonly<Record<string, Places>>,
): AppMetrics {
  const registry = createMetricRegistry();
  const requests = registry.counter({
    name: 'ostinato_http_requests_total',
    help: 'Requests that were answered.',
    labels: ['method', 'route', 'status'],
  });
  const durations = registry.histogram(
    {
      name: 'ostinato_http_request_duration_seconds',
      help: 'From a request to the begin of its answer.',
      labels: ['route'],
    },
    DURATIONS,
  );
  addPlaces(registry, places);
  const notes = registry.counter({
    name: 'ostinato_notes_total',
    help: 'Notes that were composed and answered.',
    labels: ['model'],
  });
  const delays = registry.histogram(
    {
      name: 'ostinato_stream_note_delay_seconds',
      help: 'In real time: how long after it was due a note was sent.',
      labels: ['model'],
    },
    DELAYS,
  );
  const late = registry.counter({
    name: 'ostinato_stream_late_notes_total',
    help: 'In real time: notes that were sent after they should sound.',
    labels: ['model'],
  });
  const resumes = registry.counter({
    name: 'ostinato_stream_resumes_total',
    help: 'Streams that went on, from a checkpoint or composed again from their seed.',
    labels: ['model', 'from'],
  });
  addModels(registry, models);
  return {
    registry,
    answered(method, route, status, seconds) {
      requests.add(1, method, route, String(status));
      durations.observe(seconds, route);
    },
    composed: (model, count) => notes.add(count, model),
    streamedNote(model, punctuality) {
      notes.add(1, model);
      if (!punctuality) return;
      delays.observe(punctuality.delaySeconds, model);
      if (punctuality.isLate) late.add(1, model);
    },
    resumed: (model, from) => resumes.add(1, model, from),
  };
}

function addPlaces(registry: MetricRegistry, places: Readonly<Record<string, Places>>): void {
  const read = (pick: (counts: PlaceCounts) => number) => (): Reading =>
    Object.entries(places).map(([kind, { counts }]) => [[kind], pick(counts)] as const);
  const labels = ['kind'];
  registry.read(
    { name: 'ostinato_places_running', help: 'Places that are taken.', labels },
    'gauge',
    read(({ running }) => running),
  );
  registry.read(
    { name: 'ostinato_places_waiting', help: 'Requests that wait for a place.', labels },
    'gauge',
    read(({ waiting }) => waiting),
  );
  registry.read(
    { name: 'ostinato_places_entered_total', help: 'Requests that asked for a place.', labels },
    'counter',
    read(({ entered }) => entered),
  );
  const outcomes = ['finished', 'failed', 'cancelled', 'refused'] as const;
  registry.read(
    {
      name: 'ostinato_places_left_total',
      help: 'What became of the requests that asked for a place.',
      labels: ['kind', 'outcome'],
    },
    'counter',
    () =>
      Object.entries(places).flatMap(([kind, { counts }]) =>
        outcomes.map((outcome) => [[kind, outcome], counts[outcome]] as const),
      ),
  );
}

/** Models that say nothing of themselves are left out. */
function addModels(registry: MetricRegistry, models: ReadonlyMap<string, ServedModel>): void {
  const read = (pick: (status: ModelStatus) => number) => (): Reading =>
    [...models].flatMap(([name, { model }]) => {
      const status = model.status?.();
      return status ? [[[name], pick(status)] as const] : [];
    });
  const labels = ['model'];
  const gauge = (name: string, help: string, pick: (status: ModelStatus) => number): void =>
    registry.read({ name: `ostinato_model_${name}`, help, labels }, 'gauge', read(pick));
  const counter = (name: string, help: string, pick: (status: ModelStatus) => number): void =>
    registry.read({ name: `ostinato_model_${name}_total`, help, labels }, 'counter', read(pick));
  gauge('ready', 'Whether a call would be answered now.', ({ ready }) => Number(ready));
  gauge('slots', 'Sequences that are computed at a time, at most.', ({ slots }) => slots);
  gauge('running', 'Sequences that have a slot.', ({ running }) => running);
  gauge('waiting', 'Sequences that wait for a slot.', ({ waiting }) => waiting);
  counter('restarts', 'Processes that were replaced.', ({ restarts }) => restarts);
  counter('tokens', 'Tokens that were consumed or drawn.', ({ tokens }) => tokens);
}
