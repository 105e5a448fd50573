// What the app says of a model.
import { z } from '@hono/zod-openapi';
import { chooseGraph, instrumentName, instrumentSlug, type Manifest } from '@ostinato/core';
import type { ServedModel } from '../app-options.js';
import { isReady } from '../is-ready.js';
import type { Limits } from '../limits.js';

const range = z.tuple([z.number(), z.number()]).meta({ description: 'Lowest and highest' });

const architectureSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('lstm'),
    vocabularySize: z.int(),
    embeddingSize: z.int(),
    hiddenSize: z.int(),
    layers: z.int(),
    tiedOutput: z.boolean(),
  }),
  z.object({ kind: z.literal('layers'), vocabularySize: z.int(), layers: z.array(z.string()) }),
]);

const instrumentSchema = z
  .object({
    id: z.string().meta({ description: 'As requests and notes spell it', example: 'violin' }),
    name: z.string().meta({ example: 'Violin' }),
    program: z.int().nullable().meta({ description: 'General MIDI, 0..127; null for percussion' }),
  })
  .openapi('Instrument');

export const modelSchema = z
  .object({
    name: z.string().meta({ description: 'What the model is called here', example: 'musicnet' }),
    ready: z.boolean().meta({ description: 'Whether a request made now would be worked on' }),
    title: z.string().meta({ description: 'What its makers call it' }),
    description: z.string(),
    licence: z.string(),
    attribution: z.string().optional().meta({ description: 'Whom to credit' }),
    training: z.object({
      data: z.string(),
      steps: z.int(),
      tokens: z.int(),
      metrics: z.record(z.string(), z.number()),
      hardware: z.string().optional(),
    }),
    architecture: architectureSchema,
    precision: z.enum(['f32', 'f16', 'int8', 'int8-dynamic']).meta({
      description: 'The form of the weights; int8-dynamic is faster and gives other notes',
    }),
    sha256: z.string().meta({ description: 'Of the manifest: it stands for the whole model' }),
    producer: z.string(),
    instruments: z.array(instrumentSchema).meta({ description: 'Who can play' }),
    labels: z.record(z.string(), z.array(z.string())).meta({
      description: 'What a piece can be like: the values of each kind of label',
      example: { composer: ['Bach', 'Beethoven'] },
    }),
    pitchRange: range.meta({ description: 'Lowest and highest MIDI pitch' }),
    percussionKeys: range.nullable().meta({ description: 'Null without percussion' }),
    timeSignatures: z.array(z.object({ numerator: z.int(), denominator: z.int() })),
    tempoBpm: range.meta({ description: 'Slowest and fastest tempo, quarters a minute' }),
    positionsPerQuarter: z.int().meta({ description: 'The grid on which notes begin' }),
    sampling: z
      .object({ temperature: z.number(), topP: z.number(), minP: z.number() })
      .meta({ description: 'How it draws where a request says nothing' }),
    limits: z
      .object({
        bodyBytes: z.int().meta({ description: 'Of a request' }),
        seconds: z.number().meta({ description: 'Of music in an answer' }),
        bars: z.int(),
        notes: z.int(),
        givenTokens: z.int().meta({ description: 'Of a primer, or of a piece to evaluate' }),
        deadlineSeconds: z.number().meta({ description: 'Until an answer, waiting included' }),
      })
      .meta({ description: 'How much one request may ask of this server' }),
  })
  .openapi('Model');

export function describeModel(
  name: string,
  served: ServedModel,
  limits: Limits,
): z.infer<typeof modelSchema> {
  const { tokenizer, manifest } = served;
  const { config } = tokenizer;
  const { bodyBytes, seconds, bars, notes, givenTokens, deadlineSeconds } = limits;
  return {
    name,
    ready: isReady(served),
    title: manifest.name,
    description: manifest.description,
    licence: manifest.licence,
    ...(manifest.attribution !== undefined && { attribution: manifest.attribution }),
    training: manifest.training,
    architecture: manifest.architecture,
    precision: served.precision ?? usualPrecision(manifest),
    sha256: manifest.sha256,
    producer: manifest.producer,
    instruments: tokenizer.instruments.map((instrument) => ({
      id: instrumentSlug(instrument),
      name: instrumentName(instrument),
      program: instrument === 'percussion' ? null : instrument,
    })),
    labels: Object.fromEntries(tokenizer.labels.map(({ kind, values }) => [kind, [...values]])),
    pitchRange: config.pitchRange,
    percussionKeys: config.percussionKeys,
    timeSignatures: config.timeSignatures,
    tempoBpm: [config.tempo.lowestBpm, config.tempo.highestBpm],
    positionsPerQuarter: config.positionsPerQuarter,
    sampling: manifest.sampling,
    limits: { bodyBytes, seconds, bars, notes, givenTokens, deadlineSeconds },
  };
}

/** The form that a runtime takes where it is not told: the same for all of them. */
function usualPrecision(manifest: Manifest): NonNullable<ServedModel['precision']> {
  const graph = chooseGraph(manifest, { kind: 'step', runtime: 'node-cpu' }) ?? manifest.graphs[0];
  return graph.precision;
}
