import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatConfig, parseConfig } from './config-file.js';
import { type Setting, SETTINGS } from './settings.js';

const read = (text: string) => parseConfig(text, 'run.yaml');

describe('a configuration file', () => {
  it('is YAML', () => {
    const text =
      '# quartets\ndata:\n  - corpora/quartets=3\n  - corpora/all\nsteps: 500\ntranspose: false\n';
    expect(read(text)).toEqual({
      data: ['corpora/quartets=3', 'corpora/all'],
      steps: 500,
      transpose: false,
    });
  });

  it('is JSON just as well', () => {
    expect(read('{"data": "corpora/mine", "learning-rate": 1e-3, "schedule": "plateau"}')).toEqual({
      data: ['corpora/mine'],
      'learning-rate': 0.001,
      schedule: 'plateau',
    });
  });

  it('may be empty', () => {
    expect(read('')).toEqual({});
    expect(read('# nothing yet\n')).toEqual({});
  });

  it.each([
    ['stesp: 3', 'unknown key "stesp"; did you mean steps?'],
    ['learning_rate: 3', 'unknown key "learning_rate"; did you mean learning-rate?'],
    ['peakLearningRate: 3', 'unknown key "peakLearningRate"; did you mean learning-rate?'],
    ['windowSteps: 3', 'unknown key "windowSteps"; did you mean window?'],
    ['hiddenSize: 3', 'unknown key "hiddenSize"; did you mean hidden?'],
    ['__proto__: 1', 'unknown key "__proto__"'],
    ['3: 1', 'unknown key 3'],
    ['resume: true', 'resume is for the command line only (--resume)'],
    ['steps: many', 'steps: expected an integer in 1..10000000, found "many"'],
    ['steps: -3', 'steps: expected an integer in 1..10000000, found -3'],
    ['steps:', 'steps: expected an integer in 1..10000000, found nothing'],
    ['steps: [1]', 'steps: expected an integer in 1..10000000, found a list'],
    ['steps: {a: 1}', 'steps: expected an integer in 1..10000000, found a mapping'],
    ['batch: 1.5', 'batch: expected an integer in 1..4096, found 1.5'],
    ['hidden: .nan', 'hidden: expected an integer in 1..65536, found NaN'],
    ['learning-rate: 0', 'learning-rate: expected a number in 0 (excluded)..1, found 0'],
    [
      'plateau-factor: 1',
      'plateau-factor: expected a number in 0 (excluded)..1 (excluded), found 1',
    ],
    ['transpose: "yes"', 'transpose: expected true or false, found "yes"'],
    ['schedule: linear', 'schedule: expected one of cosine, plateau, constant, found "linear"'],
    ['out: ""', 'out: expected a path, found ""'],
    ['data: []', 'found an empty list'],
    ['data: mine=0', 'data: expected a folder, or DIR=WEIGHT'],
    ['- steps', 'expected settings such as "steps: 3000", found a list'],
    ['steps', 'expected settings such as "steps: 3000", found "steps"'],
    ['steps: 1\nsteps: 2', 'Map keys must be unique at line 2, column 1'],
    ['steps: [', 'at line 1'],
    ['steps: *b', 'Unresolved alias'],
    ['steps: !secret 3', 'Unresolved tag'],
  ])('that says %j is refused in one line', (text, message) => {
    const error = thrownBy(() => read(text));
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^run\.yaml: [^\n]+$/);
  });

  it('that grows when it is read is refused', () => {
    const lines = ['a: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
    for (let i = 1; i < 12; i++)
      lines.push(
        `k${i}: &x${i} [${Array(10)
          .fill(`*x${i - 1}`)
          .join(',')}]`,
      );
    expect(thrownBy(() => read(lines.join('\n'))).message).toMatch(/alias/i);
  });

  it('quotes little of a long value', () => {
    expect(thrownBy(() => read(`steps: "${'x'.repeat(100_000)}"`)).message.length).toBeLessThan(
      200,
    );
  });
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** A value that the setting may have. */
function valueOf({ domain, list }: Setting): fc.Arbitrary<unknown> {
  switch (domain.kind) {
    case 'boolean':
      return fc.boolean();
    case 'choice':
      return fc.constantFrom(...domain.values);
    case 'integer':
      return fc.integer({ min: domain.lowest, max: domain.highest });
    case 'number': {
      const { lowest: min, highest: max, open } = domain;
      const excluded = { minExcluded: open?.lowest === true, maxExcluded: open?.highest === true };
      return fc.double({ min, max, noNaN: true, ...excluded }).map((value) => value + 0); // no -0
    }
    case 'path': {
      const path = fc.string({ minLength: 1 }).map((text) => `a${text.replaceAll(/[=\0]/g, '_')}`);
      return list ? fc.array(path, { minLength: 1, maxLength: 3 }) : path;
    }
  }
}

describe('a printed configuration', () => {
  const anything = fc.record(
    Object.fromEntries(SETTINGS.map((setting) => [setting.key, valueOf(setting)])),
    { requiredKeys: [] },
  );

  it('is read back as it was', () => {
    fc.assert(
      fc.property(anything, (values) => {
        expect(parseConfig(formatConfig(values), 'printed')).toEqual({ ...values });
      }),
      { numRuns: 300 },
    );
  });
});
