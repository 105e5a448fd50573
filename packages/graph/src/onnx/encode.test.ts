import * as fc from 'fast-check';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Attribute, DataType, Model, Tensor } from '../ir.js';
import { ELEMENT_BYTES, tensorOf } from '../tensors.js';
import { floatValue, modelOf, nodeOf, reluModel, scanModel } from '../testing/sample-models.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';

const attributes: Readonly<Record<string, Attribute>> = {
  zero: { type: 'int', value: 0 },
  most: { type: 'int', value: Number.MAX_SAFE_INTEGER },
  least: { type: 'int', value: Number.MIN_SAFE_INTEGER },
  float: { type: 'float', value: -0.5 },
  infinity: { type: 'float', value: Number.NEGATIVE_INFINITY },
  text: { type: 'string', value: 'più 音' },
  none: { type: 'string', value: '' },
  ints: { type: 'ints', value: [-1, 0, 2 ** 40] },
  noInts: { type: 'ints', value: [] },
  floats: { type: 'floats', value: [0.25, -1e10, 0] },
  texts: { type: 'strings', value: ['più', '', 'Tanh'] },
  tensor: { type: 'tensor', value: tensorOf('int64', [-1, 2], [2, 1]) },
  empty: { type: 'tensor', value: tensorOf('float32', [], [0, 3]) },
};

describe('encodeModel', () => {
  it.each([
    ['a plain model', reluModel()],
    ['a model with a body and an operator of com.microsoft', scanModel()],
    [
      'every kind of attribute',
      modelOf({ nodes: [nodeOf('Odd', ['', 'a'], ['b', ''], attributes)] }),
    ],
  ])('gives bytes that decode to the same: %s', (_name, model) => {
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it('keeps any constant bit for bit', () => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        const model = modelOf({ initializers: new Map([['constant', tensor]]) });
        expect(decodeModel(encodeModel(model)).graph.initializers.get('constant')).toEqual(tensor);
      }),
    );
  });

  it('gives equal bytes whatever the order of constants, attributes and metadata', () => {
    const constant = tensorOf('float32', [1], []);
    const build = (order: <Item>(items: Item[]) => Item[]): Model =>
      modelOf(
        {
          nodes: [nodeOf('Odd', [], ['a'], Object.fromEntries(order(Object.entries(attributes))))],
          initializers: new Map(
            order([
              ['b', constant],
              ['c', constant],
            ]),
          ),
        },
        {
          metadata: new Map(
            order([
              ['d', '1'],
              ['e', '2'],
            ]),
          ),
        },
      );
    expect(encodeModel(build((items) => items.toReversed()))).toEqual(
      encodeModel(build((items) => items)),
    );
  });

  it('writes a file that ONNX Runtime runs', async () => {
    const session = await InferenceSession.create(encodeModel(scanModel()));
    const { last, gram } = await session.run({ x: new OrtTensor('float32', [1, 2, 3, 4], [2, 2]) });
    // In reverse: (0 + [3, 4]) / 2, then ([1.5, 2] + [1, 2]) / 2.
    expect([...(last.data as Float32Array)]).toEqual([1.25, 2]);
    expect([...(gram.data as Float32Array)]).toEqual([5.5625, 5.875, 5.875, 6.25]);
    await session.release();
  });

  it.each([
    [
      'an operator set that no runtime was tried with',
      { ...reluModel(), opset: 9 },
      'operator set 9',
    ],
    [
      'a fraction in an integer attribute',
      modelOf({ nodes: [nodeOf('Softmax', ['x'], ['y'], { axis: { type: 'int', value: 0.5 } })] }),
      'node "y" (Softmax), attribute "axis": an integer expected, 0.5 found',
    ],
  ])('refuses %s', (_name, model, message) => {
    expect(() => encodeModel(model)).toThrow(message);
  });

  it('imports com.microsoft only for a graph that uses it', () => {
    const text = (model: Model): string => new TextDecoder('latin1').decode(encodeModel(model));
    expect(text(scanModel())).toContain('com.microsoft');
    expect(text(reluModel())).not.toContain('com.microsoft');
    const body = scanModel().graph;
    const nested = modelOf({
      nodes: [nodeOf('Loop', ['', ''], ['y'], { body: { type: 'graph', value: body } })],
      outputs: [floatValue('y', [])],
    });
    expect(decodeModel(encodeModel(nested))).toEqual(nested);
  });
});

const tensors: fc.Arbitrary<Tensor> = fc
  .record({
    dataType: fc.constantFrom(...(Object.keys(ELEMENT_BYTES) as DataType[])),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
  })
  .chain(({ dataType, shape }) => {
    const length = shape.reduce((product, size) => product * size, ELEMENT_BYTES[dataType]);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => ({ dataType, shape, bytes }));
  });
