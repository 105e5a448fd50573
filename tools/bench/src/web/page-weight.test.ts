import { expect, it } from 'vitest';
import { weighPage } from './page-weight.js';

const file = (path: string, gzip: number, raw: number) => ({ path, gzip, raw });
const files = [
  file('/ostinato-elements.js', 40, 100),
  file('/export-worker.js', 5, 9),
  file('/synthesizer-worklet.js', 6, 8),
  file('/wasm-worker.js', 30, 70),
  file('/ort-wasm-simd-threaded.wasm', 3000, 14_000),
  file('/models/musicnet/manifest.json', 1, 2),
  file('/models/musicnet/chunk.onnx', 4000, 5000),
];

it('tells the runtime, the model and the elements apart', () => {
  const { runtime, model, runtimeAndModel, widget } = weighPage(files);
  expect(runtime).toEqual({ gzip: 3030, raw: 14_070 });
  expect(model).toEqual({ gzip: 4001, raw: 5002 });
  expect(runtimeAndModel).toEqual({ gzip: 7031, raw: 19_072 });
  expect(widget).toEqual({ gzip: 51, raw: 117 });
});

it('refuses a page of which a part was not seen', () => {
  expect(() => weighPage(files.filter(({ path }) => !path.startsWith('/models/')))).toThrow(
    'model: the page has loaded no file of it',
  );
});
