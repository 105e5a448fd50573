// The health and metadata of the Open Inference Protocol, version 2, by which clusters watch inference servers.
// https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
import { createRoute, z } from '@hono/zod-openapi';
import { type GraphValue, graphSignature, type Manifest } from '@ostinato/core';
import type { Schema } from 'hono';
import type { App, AppContext } from '../app-env.js';
import { findModel, modelParameter } from '../find-model.js';
import { isReady } from '../is-ready.js';
import { API_VERSION } from '../openapi-document.js';
import { problemAnswers } from '../problem/problem-answers.js';

const TAGS = ['Health'];
const json = <S extends z.ZodType>(schema: S) => ({ content: { 'application/json': { schema } } });

const tensorSchema = z
  .object({
    name: z.string(),
    datatype: z.string(),
    shape: z.array(z.int()).meta({ description: '-1 where the size varies' }),
  })
  .openapi('TensorMetadata');

const serverRoute = createRoute({
  method: 'get',
  path: '/v2',
  tags: TAGS,
  summary: 'Describe the server (Open Inference Protocol)',
  responses: {
    200: {
      description: 'The server',
      ...json(z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })),
    },
  },
});

const liveRoute = createRoute({
  method: 'get',
  path: '/v2/health/live',
  tags: TAGS,
  summary: 'Is the server there?',
  description: 'For liveness probes. Needs no API key.',
  security: [],
  responses: { 200: { description: 'It answers', ...json(z.object({ live: z.boolean() })) } },
});

const readySchema = z.object({ ready: z.boolean() });

const readyRoute = createRoute({
  method: 'get',
  path: '/v2/health/ready',
  tags: TAGS,
  summary: 'Are all models ready?',
  description: 'For readiness probes. Needs no API key.',
  security: [],
  responses: {
    200: { description: 'All models are ready', ...json(readySchema) },
    503: { description: 'A model is not ready, or the server is ending', ...json(readySchema) },
  },
});

const modelRoute = createRoute({
  method: 'get',
  path: '/v2/models/{model}',
  tags: TAGS,
  summary: 'Describe the network of a model (Open Inference Protocol)',
  description:
    'The inputs and outputs of the graph that predicts the next token. It is told for information: raw inference is not ' +
    'offered, music is composed under /v1.',
  request: { params: modelParameter },
  responses: {
    200: {
      description: 'The network',
      ...json(
        z.object({
          name: z.string(),
          platform: z.string(),
          inputs: z.array(tensorSchema),
          outputs: z.array(tensorSchema),
        }),
      ),
    },
    ...problemAnswers('model-not-found'),
  },
});

const modelReadySchema = z.object({ name: z.string(), ready: z.boolean() });

const modelReadyRoute = createRoute({
  method: 'get',
  path: '/v2/models/{model}/ready',
  tags: TAGS,
  summary: 'Is a model ready?',
  request: { params: modelParameter },
  responses: {
    200: { description: 'It is ready', ...json(modelReadySchema) },
    503: { description: 'It is not ready', ...json(modelReadySchema) },
    ...problemAnswers('model-not-found'),
  },
});

export function addInferenceProtocolRoutes<Routes extends Schema>(
  app: App<Routes>,
  context: AppContext,
) {
  return app
    .openapi(serverRoute, (c) =>
      c.json({ name: 'ostinato', version: API_VERSION, extensions: [] }, 200),
    )
    .openapi(liveRoute, (c) => c.json({ live: true }, 200))
    .openapi(readyRoute, (c) => {
      const isEnding = context.drain?.started.aborted === true;
      const ready = !isEnding && [...context.models.values()].every(isReady);
      return c.json({ ready }, ready ? 200 : 503);
    })
    .openapi(modelRoute, (c) => {
      const { model: name } = c.req.valid('param');
      const { inputs, outputs } = stepSignature(findModel(context, name).manifest);
      return c.json(
        {
          name,
          platform: 'onnxruntime_onnx',
          inputs: inputs.map(describeTensor),
          outputs: outputs.map(describeTensor),
        },
        200,
      );
    })
    .openapi(modelReadyRoute, (c) => {
      const { model: name } = c.req.valid('param');
      const ready = isReady(findModel(context, name));
      return c.json({ name, ready }, ready ? 200 : 503);
    });
}

function stepSignature({ architecture, stateSize }: Manifest) {
  return graphSignature('step', { vocabularySize: architecture.vocabularySize, stateSize });
}

function describeTensor({ name, dataType, shape }: GraphValue): z.infer<typeof tensorSchema> {
  return {
    name,
    datatype: dataType === 'int64' ? 'INT64' : 'FP32',
    shape: shape.map((size) => (typeof size === 'number' ? size : -1)),
  };
}
