import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseMusicNetMetadata } from './metadata.js';
import { MusicNetError } from './musicnet-error.js';
import { MUSICNET_TEST_IDS, refuseMusicNetNpz } from './release.js';

const HEADER =
  '"id","composer","composition","movement","ensemble","source","transcriber","catalog_name","seconds"';

describe('parseMusicNetMetadata', () => {
  it('reads commas, quotes and line ends inside quotes', () => {
    const csv = `${HEADER}\r\n2186,"Bach","Suite, ""No. 6""","1.\nPrelude","Solo Cello","a","b","BWV1012",264\r\n`;
    expect([...parseMusicNetMetadata(csv)]).toEqual([
      [
        2186,
        {
          id: 2186,
          composer: 'Bach',
          composition: 'Suite, "No. 6"',
          movement: '1.\nPrelude',
          ensemble: 'Solo Cello',
          source: 'a',
          transcriber: 'b',
          catalogName: 'BWV1012',
          seconds: 264,
        },
      ],
    ]);
  });

  it('finds columns by name, in any order', () => {
    const csv =
      'seconds,id,composer,composition,movement,ensemble,source,transcriber,catalog_name\n5,1,a,b,c,d,e,f,g';
    expect(parseMusicNetMetadata(csv).get(1)).toMatchObject({
      composer: 'a',
      catalogName: 'g',
      seconds: 5,
    });
  });

  it.each([
    ['bad-header', 'id,composer\n', 1],
    ['bad-row', `${HEADER}\n1,a,b,c,d,e,f,g\n`, 2],
    ['bad-row', `${HEADER}\n1,a,b,"c\nc",d,e,f,g,5\nx,a,b,c,d,e,f,g,5`, 4],
    ['bad-quote', `${HEADER}\n1,"a"b,c,d,e,f,g,h,5`, 2],
    ['duplicate-id', `${HEADER}\n1,a,b,c,d,e,f,g,5\n1,a,b,c,d,e,f,g,5`, 3],
  ])('refuses with %s and the line: %j', (code, csv, line) => {
    expect(() => parseMusicNetMetadata(csv)).toThrow(MusicNetError);
    expect(() => parseMusicNetMetadata(csv)).toThrow(expect.objectContaining({ code, line }));
  });

  const data =
    process.env['OSTINATO_DATA'] ??
    fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
  const path = `${data}/musicnet/musicnet_metadata.csv`;
  if (!existsSync(path)) console.warn('musicnet metadata: skipped, the shared data is not there');

  it.skipIf(!existsSync(path))('reads all 330 recordings of the release', () => {
    const recordings = parseMusicNetMetadata(readFileSync(path, 'utf8'));
    expect(recordings.size).toBe(330);
    expect([...MUSICNET_TEST_IDS].filter((id) => !recordings.has(id))).toEqual([]);
    expect(recordings.get(1727)).toMatchObject({ composer: 'Schubert', seconds: 447 });
  });
});

describe('refuseMusicNetNpz', () => {
  it('names the file and says what to use instead', () => {
    expect(() => refuseMusicNetNpz('musicnet.npz')).toThrow(
      /musicnet\.npz.*pickled.*musicnet\.tar\.gz/,
    );
  });
});
