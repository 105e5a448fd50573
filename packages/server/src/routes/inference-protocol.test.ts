import { describe, expect, it } from 'vitest';
import { createApp } from '../create-app.js';
import { createDrain } from '../protection/drain.js';
import { fakeServedModel } from '../testing/served-model.js';

function appOf(...ready: boolean[]) {
  const models = ready.map((isReady, index) => {
    const served = fakeServedModel();
    const status = () => ({
      ready: isReady,
      slots: 1,
      running: 0,
      waiting: 0,
      restarts: 0,
      tokens: 0,
    });
    return [`model-${index}`, { ...served, model: Object.assign(served.model, { status }) }];
  });
  return createApp({ models: Object.fromEntries(models) });
}

describe('the Open Inference Protocol', () => {
  it.each([
    [[true, true], 200],
    [[true, false], 503],
  ])('is ready when all models are: %j', async (ready, status) => {
    const app = appOf(...ready);
    const answer = await app.request('/v2/health/ready');
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ ready: status === 200 });
    const ofModel = await app.request('/v2/models/model-1/ready');
    expect(ofModel.status).toBe(status);
    expect(await ofModel.json()).toEqual({ name: 'model-1', ready: ready[1] });
    expect((await app.request('/v2/health/live')).status).toBe(200);
  });

  it('is not ready while the server ends, and still lives', async () => {
    const drain = createDrain();
    const app = createApp({ models: { musicnet: fakeServedModel() }, drain });
    expect((await app.request('/v2/health/ready')).status).toBe(200);
    drain.start();
    expect((await app.request('/v2/health/ready')).status).toBe(503);
    expect((await app.request('/v2/health/live')).status).toBe(200);
  });

  it('describes the server and the graph of a model', async () => {
    const app = appOf(true);
    expect(await (await app.request('/v2')).json()).toEqual({
      name: 'ostinato',
      version: expect.any(String),
      extensions: [],
    });
    expect(await (await app.request('/v2/models/model-0')).json()).toEqual({
      name: 'model-0',
      platform: 'onnxruntime_onnx',
      inputs: [
        { name: 'tokens', datatype: 'INT64', shape: [-1, -1] },
        { name: 'state', datatype: 'FP32', shape: [-1, 2048] },
      ],
      outputs: [
        { name: 'logits', datatype: 'FP32', shape: [-1, -1, 487] },
        { name: 'state_after', datatype: 'FP32', shape: [-1, 2048] },
      ],
    });
  });

  it('has `error` in what goes wrong, as the protocol wants it', async () => {
    const answer = await appOf(true).request('/v2/models/other');
    expect(answer.status).toBe(404);
    const problem = (await answer.json()) as { detail: string };
    expect(problem).toMatchObject({ code: 'model-not-found', error: problem.detail });
  });
});
