// In the page of web-runtime.test.ts: the contract suite of core on the browser's runtime.
import {
  createFakeGrammar,
  type ModelUnderTest,
  nextTokenModelContract,
} from '@ostinato/core/testing';
import { pageTests } from '@ostinato/chromium/page';
import { type Device, startModel } from '@ostinato/web';

const settings = new URLSearchParams(location.search);
const read = async (file: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(`/tiny/${file}`)).arrayBuffer());

const step = await read('step.onnx');
const chunk = await read('chunk.onnx');

async function createModel(): Promise<ModelUnderTest> {
  const grammar = createFakeGrammar(Number(settings.get('vocabulary')));
  const parts = {
    graphs: settings.has('chunk') ? { step, chunk } : { step },
    grammar,
    stateSize: Number(settings.get('state')),
  };
  const model = await startModel(parts, {
    device: settings.get('device') as Device,
    threads: Number(settings.get('threads')),
    worker: !settings.has('here'),
  });
  return { model, grammar };
}

nextTokenModelContract(pageTests, createModel);
// While one model lives, the browser keeps what it compiled of ONNX Runtime for the next.
await createModel();
document.body.dataset['ready'] = 'yes';
