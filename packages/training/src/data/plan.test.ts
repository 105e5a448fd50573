import type { MusicNetRecording } from '@ostinato/core';
import { describe, expect, it } from 'vitest';
import { planCorpus, type CorpusPlan, type PlanOptions } from './plan.js';
import type { SurveyedPiece } from './survey-format.js';

const options: PlanOptions = {
  seed: 1,
  validationShare: 0.2,
  testShare: 0.2,
  labelByFolder: false,
};

/** A piece whose music is told by `music`; `music/instruments` where only the outline is shared. */
function piece(path: string, music = path.replaceAll('/', ' ')): SurveyedPiece {
  return {
    path,
    kind: path.endsWith('.csv') ? 'labels' : 'midi',
    bytesHash: `bytes of ${music}`,
    fingerprint: { content: music, outline: music.split('/')[0] },
    notes: 10,
    warnings: [],
    needs: { notes: [[0, 10]], pitches: [60, 72], percussionKeys: null, metres: ['4/4'] },
    music: { store: 0, offset: 0, bytes: 1 },
  };
}

function recording(
  id: number,
  fields: Partial<MusicNetRecording> = {},
): [number, MusicNetRecording] {
  return [
    id,
    {
      id,
      composer: 'Bach',
      composition: 'Suite',
      movement: `${id}`,
      ensemble: 'Solo Cello',
      source: '',
      transcriber: '',
      catalogName: 'BWV1',
      seconds: 1,
      ...fields,
    },
  ];
}

function plan(
  pieces: SurveyedPiece[],
  metadata: [number, MusicNetRecording][] = [],
  changed: Partial<PlanOptions> = {},
): CorpusPlan {
  return planCorpus(
    { pieces, others: [], metadata: new Map(metadata) },
    { ...options, ...changed },
  );
}

const splitOf = (of: CorpusPlan, path: string): string | undefined =>
  of.pieces.find((one) => one.path === path)?.split;

const many = (count: number): SurveyedPiece[] =>
  Array.from({ length: count }, (_, i) => piece(`p${i}.mid`));

describe('duplicates', () => {
  it('keeps the first of files with the same music', () => {
    const { pieces, leftOut } = plan([
      piece('a.mid', 'tune'),
      piece('b.mid', 'tune'),
      piece('c.mid'),
    ]);
    expect(pieces.map(({ path }) => path)).toEqual(['a.mid', 'c.mid']);
    expect(leftOut).toMatchObject([
      { path: 'b.mid', status: 'duplicate', code: 'same-bytes', of: 'a.mid' },
    ]);
  });

  it('tells the same notes from the same bytes', () => {
    const other = { ...piece('b.mid', 'tune'), bytesHash: 'other bytes' };
    expect(plan([piece('a.mid', 'tune'), other]).leftOut).toMatchObject([{ code: 'same-notes' }]);
  });

  it('keeps the official test piece, wherever it comes', () => {
    const test = 'Bach/2191_a.mid';
    const { pieces, leftOut } = plan([piece('Bach/2186_b.mid', 'tune'), piece(test, 'tune')]);
    expect(pieces).toMatchObject([{ path: test, split: 'test' }]);
    expect(leftOut).toMatchObject([{ status: 'duplicate', of: test }]);
  });

  it('keeps pieces that share onsets and pitches alone in one split', () => {
    const pairs = many(30).flatMap(({ path }) => [
      piece(`x/${path}`, `${path}/piano`),
      piece(`y/${path}`, `${path}/strings`),
    ]);
    const made = plan(pairs);
    expect(made.pieces).toHaveLength(60);
    for (const { path } of many(30))
      expect(splitOf(made, `x/${path}`)).toBe(splitOf(made, `y/${path}`));
    expect(new Set(made.pieces.map(({ split }) => split)).size).toBe(3);
  });
});

describe('MusicNet', () => {
  it('prefers the score to the labels of a piece', () => {
    const labels = 'musicnet/train_labels/1727.csv';
    const score = 'musicnet_midis/Schubert/1727_x.mid';
    const { pieces, leftOut } = plan([piece(labels), piece(score)]);
    expect(pieces.map(({ path }) => path)).toEqual([score]);
    expect(leftOut).toEqual([
      {
        path: labels,
        status: 'unused',
        code: 'score-preferred',
        message: 'not used: the score of the same piece is',
        of: score,
      },
    ]);
  });

  it('uses labels without a score', () => {
    const labels = 'musicnet/train_labels/1727.csv';
    const { pieces } = plan([piece(labels)], [recording(1727, { composer: 'Schubert' })]);
    expect(pieces).toMatchObject([{ path: labels, labels: { composer: 'Schubert' } }]);
  });

  it('makes its official test pieces the test split, and no others', () => {
    const pieces = [1759, 1760, 1761, 1762, 1763, 1819].map((id) => piece(`Bach/${id}_x.mid`));
    const made = plan(pieces, [], { testShare: 0.5 });
    const tests = made.pieces.filter(({ split }) => split === 'test').map(({ path }) => path);
    expect(tests).toEqual(['Bach/1759_x.mid', 'Bach/1819_x.mid']);
  });

  it('keeps another recording of a test piece out of training', () => {
    const movement = { movement: '6. Bourrée' };
    const { pieces, leftOut } = plan(
      [piece('Bach/2190_x.mid'), piece('Bach/2191_x.mid')],
      [recording(2190, movement), recording(2191, { movement: '6. bourree' })],
    );
    expect(pieces.map(({ path }) => path)).toEqual(['Bach/2191_x.mid']);
    expect(leftOut).toMatchObject([
      { path: 'Bach/2190_x.mid', status: 'dropped', code: 'same-as-test', of: 'Bach/2191_x.mid' },
    ]);
  });

  it('keeps recordings of one movement in one split', () => {
    const ids = Array.from({ length: 40 }, (_, i) => 1800 + i).filter((id) => id !== 1819);
    const pieces = ids.map((id) => piece(`Bach/${id}_x.mid`));
    const metadata = ids.map((id) => recording(id, { movement: `${Math.floor(id / 2)}` }));
    const made = plan(pieces, metadata, { validationShare: 0.5 });
    const splits = new Map<number, string>();
    for (const id of ids) {
      const split = splitOf(made, `Bach/${id}_x.mid`)!;
      expect(splits.get(Math.floor(id / 2)) ?? split).toBe(split);
      splits.set(Math.floor(id / 2), split);
    }
    expect(new Set(splits.values())).toEqual(new Set(['train', 'validation']));
  });
});

describe('labels', () => {
  it('come from the metadata, in one spelling', () => {
    const { pieces } = plan(
      [piece('Bach/2186_x.mid')],
      [recording(2186, { ensemble: ' Solo   Violin ', composer: 'Dvor\u030ca\u0301k' })],
    );
    expect(pieces[0].labels).toEqual({ composer: 'Dvo\u0159\u00e1k', ensemble: 'Solo Violin' });
  });

  it('are the composer folder alone without metadata', () => {
    expect(plan([piece('Bach/2186_x.mid')]).pieces[0].labels).toEqual({ composer: 'Bach' });
  });

  it('are none for other files', () => {
    expect(plan([piece('Jazz/tune.mid')]).pieces[0].labels).toEqual({});
  });

  it('are the first folder that differs, when asked for', () => {
    const pieces = [piece('top/Jazz/a.mid'), piece('top/Folk/old/b.mid'), piece('top/c.mid')];
    const made = plan(pieces, [], { labelByFolder: true });
    expect(made.pieces.map(({ labels }) => labels)).toEqual([
      { composer: 'Jazz' },
      { composer: 'Folk' },
      {},
    ]);
  });
});

describe('splits', () => {
  it('leave what was there in its place when files are added', () => {
    const before = plan(many(60));
    const after = plan(many(90));
    for (const { path, split } of before.pieces) expect(splitOf(after, path)).toBe(split);
  });

  it('do not depend on where a file lies', () => {
    const before = plan(many(30));
    const after = plan(many(30).map((one) => ({ ...one, path: `moved/${one.path}` })));
    for (const { path, split } of before.pieces)
      expect(splitOf(after, `moved/${path}`)).toBe(split);
  });
});
