// Models from a web server that may be slow, broken or hostile, through the folder that keeps them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  type DownloadProgress,
  fetchArtifact,
  type FetchArtifactOptions,
  type FetchedArtifact,
} from '@ostinato/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cutAfter,
  fileOf,
  type ModelServer,
  smallModel,
  startModelServer,
} from '../testing/model-server.js';
import { createFolderCache } from './folder-cache.js';

let server: ModelServer;
let folder: string;
beforeEach(async () => {
  server = await startModelServer();
  folder = await mkdtemp(join(tmpdir(), 'ostinato-cache-'));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const fetchSmall = (options: Partial<FetchArtifactOptions> = {}): Promise<FetchedArtifact> =>
  fetchArtifact(server.address, {
    choose: ({ graphs }) => graphs.filter(({ kind }) => kind === 'step'),
    cache: createFolderCache(folder),
    pauseMs: 1,
    ...options,
  });

const step = (): Uint8Array => server.files.get('step.onnx')!;

/** A comparison of bytes: that of the test runner takes seconds. */
function expectStep(files: ReadonlyMap<string, Uint8Array>): void {
  expect(Buffer.compare(files.get('step.onnx')!, step())).toBe(0);
}

function stepRequests(): string[] {
  return server.requests.filter((request) => request.startsWith('step'));
}

async function parts(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.part') || name.startsWith('.'));
}

/** Waits until so many bytes of an unfinished file are kept. */
async function untilKept(bytes: number): Promise<void> {
  const sizeOf = (name: string): Promise<number> =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0, // finished meanwhile
    );
  while (!(await Promise.all((await parts()).map(sizeOf))).includes(bytes)) await sleep(10);
}

/** Misbehaves at the first requests for the step graph only. */
function atFirst(times: number, misbehaviour: ModelServer['misbehave']): void {
  let left = times;
  server.misbehave = (request, response) =>
    fileOf(request) === 'step.onnx' && left-- > 0 && misbehaviour(request, response);
}

describe('a download', () => {
  it('takes only the files that are needed, and each of them once', async () => {
    const seen: DownloadProgress[] = [];
    const { files, manifest } = await fetchSmall({ onProgress: (progress) => seen.push(progress) });
    expect(manifest.name).toBe('small');
    expect([...files.keys()].sort()).toEqual([
      'golden.json',
      'manifest.json',
      'step.onnx',
      'tokenizer.json',
    ]);
    expectStep(files);
    expect(server.requests.toSorted()).toEqual([...files.keys()].sort());
    const { bytesDone, bytesTotal, secondsLeft } = seen.at(-1)!;
    expect(bytesDone).toBe(bytesTotal);
    expect(secondsLeft).toBe(0);

    server.requests.length = 0;
    await fetchSmall();
    expect(server.requests).toEqual(['manifest.json']);
    await fetchSmall({ choose: ({ graphs }) => graphs });
    expect(server.requests).toEqual(['manifest.json', 'manifest.json', 'chunk.onnx']);
  });

  it('looks once for each file in a cache where nobody waits to begin', async () => {
    const looked: string[] = [];
    const cache = {
      get: async (key: string) => void looked.push(key),
      put: async () => undefined,
      delete: async () => undefined,
    };
    const { manifest, graphs } = await fetchSmall({ cache });
    const entries = [manifest.tokenizer, manifest.golden, ...graphs];
    expect(looked).toEqual(entries.map(({ sha256 }) => `sha256-${sha256}`));
  });

  it('goes on where the connection was cut', async () => {
    atFirst(1, (_, response) => {
      cutAfter(step(), 100_000, response);
      return true;
    });
    const { files } = await fetchSmall();
    expectStep(files);
    const [first, second, ...more] = stepRequests();
    expect(first).toBe('step.onnx');
    expect(second).toMatch(/^step\.onnx [1-9]\d+-$/); // some of the sent bytes may be lost with the connection
    expect(more).toEqual([]);
    expect(await parts()).toEqual([]);
  });

  it('goes on after it was interrupted, in another process or on another day', async () => {
    const controller = new AbortController();
    atFirst(1, (_, response) => {
      response.writeHead(200, { 'content-length': step().length });
      response.write(step().subarray(0, 70_000));
      void untilKept(70_000).then(() => controller.abort(new Error('stop')));
      return true;
    });
    await expect(fetchSmall({ signal: controller.signal })).rejects.toThrow('stop');
    expect((await parts()).length).toBe(1);
    server.requests.length = 0;
    const { files } = await fetchSmall();
    expectStep(files);
    expect(stepRequests()).toEqual(['step.onnx 70000-']);
  });

  it('begins anew at a server without ranges', async () => {
    atFirst(1, (_, response) => {
      cutAfter(step(), 100_000, response);
      return true;
    });
    const cut = server.misbehave;
    server.misbehave = (request, response) => {
      if (cut(request, response)) return true;
      delete request.headers.range;
      if (fileOf(request) !== 'step.onnx') return false;
      response.end(step()); // chunked: no length either
      return true;
    };
    const { files } = await fetchSmall();
    expectStep(files);
  });

  it('does not mix two versions of a file: what changed at the address is taken anew', async () => {
    const old = smallModel(2).get('step.onnx')!;
    atFirst(1, (_, response) => {
      cutAfter(old, 100_000, response); // from a mirror that has an older version
      return true;
    });
    const { files } = await fetchSmall();
    expectStep(files);
    const [first, second, third, ...more] = stepRequests();
    expect(first).toBe('step.onnx');
    expect(second).toMatch(/^step\.onnx [1-9]\d+-$/);
    expect(third).toBe('step.onnx');
    expect(more).toEqual([]);
  });

  it('takes a new version under the same address, and a manifest that is older than the files is refused', async () => {
    await fetchSmall();
    const newer = smallModel(3);
    server.files.set('step.onnx', newer.get('step.onnx')!);
    await rm(folder, { recursive: true });
    await expect(fetchSmall()).rejects.toMatchObject({ code: 'wrong-hash' });
    server.files.set('manifest.json', newer.get('manifest.json')!);
    expectStep((await fetchSmall()).files);
  });

  it('reads what a server packs, and goes on unpacked after a cut', async () => {
    const packed = gzipSync(step());
    atFirst(1, (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length });
      response.write(packed.subarray(0, 150_000), () =>
        setTimeout(() => response.socket?.destroy(), 50),
      );
      return true;
    });
    const { files } = await fetchSmall();
    expectStep(files);
    const [first, second] = stepRequests();
    expect(first).toBe('step.onnx');
    expect(second).toMatch(/^step\.onnx [1-9]\d+-$/);
  });

  it('waits for a server that is busy, and says so when it stays busy', async () => {
    atFirst(2, (_, response) => {
      response.writeHead(503).end();
      return true;
    });
    await fetchSmall();
    server.misbehave = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    server.requests.length = 0;
    await expect(fetchSmall()).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/manifest\.json: the server answered HTTP 503/),
    });
    expect(server.requests.length).toBe(4);
  });
});

describe('a download is refused', () => {
  const refusal = async (
    options: Partial<FetchArtifactOptions> = {},
  ): Promise<{ code: string; message: string }> => {
    const error: unknown = await fetchSmall(options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error as { code: string; message: string };
  };

  it('when a file is not there, by its address without the query', async () => {
    server.files.delete('step.onnx');
    const error = await fetchArtifact(`${server.address}?key=secret`, {
      choose: ({ graphs }) => graphs,
    }).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: 'not-found' });
    expect(error?.message).toBe(
      `${server.address}step.onnx: not found (HTTP 404); is this the address of a model's folder?`,
    );
  });

  it.each([
    ['a changed bit', 'wrong-hash', (content: Uint8Array) => content.with(5, content[5] ^ 1)],
    ['a shortened file', 'wrong-size', (content: Uint8Array) => content.subarray(1)],
    ['a longer file', 'too-large', (content: Uint8Array) => Buffer.concat([content, Buffer.of(1)])],
  ])('for %s; nothing of it is kept', async (_, code, change) => {
    server.files.set('step.onnx', change(step()));
    const error = await refusal();
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^step\.onnx: /);
    expect(await parts()).toEqual([]);
  });

  it('when more comes than the manifest says, whatever the length said', async () => {
    let sent = 0;
    server.misbehave = (request, response) => {
      if (fileOf(request) !== 'step.onnx') return false;
      const pour = (): void => {
        if (response.destroyed) return;
        sent += 65_536;
        response.write(new Uint8Array(65_536), () => setImmediate(pour));
      };
      pour();
      return true;
    };
    expect(await refusal()).toMatchObject({ code: 'too-large' });
    expect(sent).toBeLessThan(20e6);
    expect(await parts()).toEqual([]);
  });

  it('when packed bytes unpack to more than the manifest says', async () => {
    const bomb = gzipSync(Buffer.alloc(50e6));
    server.misbehave = (request, response) => {
      if (fileOf(request) !== 'step.onnx') return false;
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      return true;
    };
    expect(await refusal()).toMatchObject({ code: 'too-large' });
  });

  it('for a manifest without end, and for one that names more than a model may have', async () => {
    server.files.set('manifest.json', new Uint8Array(2 ** 20 + 1));
    expect(await refusal()).toMatchObject({ code: 'too-large' });
    server.files.set('manifest.json', smallModel(1, 2 ** 31).get('manifest.json')!);
    expect(await refusal()).toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/^manifest/),
    });
  });

  it('for a page that is no manifest', async () => {
    server.files.set('manifest.json', Buffer.from('<html>'));
    expect(await refusal()).toMatchObject({ code: 'not-json' });
  });

  it('when the server stops sending; what has come is kept', async () => {
    server.misbehave = (request, response) => {
      if (fileOf(request) !== 'step.onnx') return false;
      if (request.headers.range === undefined) response.write(step().subarray(0, 50_000));
      return true;
    };
    const error = await refusal({ stallMs: 100 });
    expect(error).toMatchObject({ code: 'timeout' });
    expect(error.message).toMatch(/step\.onnx: no byte came for 0\.1 s/);
    const [part] = await parts();
    expect((await stat(join(folder, part))).size).toBe(50_000);
  });

  it('when redirects go in a circle, or to where they must not', async () => {
    server.misbehave = (_, response) => {
      response.writeHead(302, { location: 'manifest.json' }).end();
      return true;
    };
    expect(await refusal()).toMatchObject({
      code: 'network',
      message: expect.stringMatching(/more than 5 redirects/),
    });
    for (const location of [
      'http://example.org/manifest.json',
      'file:///etc/passwd',
      'ftp://example.org/',
    ]) {
      server.misbehave = (_, response) => {
        response.writeHead(301, { location }).end();
        return true;
      };
      expect(await refusal()).toMatchObject({ code: 'bad-address' });
    }
  });

  it('when nobody listens there', async () => {
    await server[Symbol.asyncDispose]();
    const error = await refusal();
    expect(error).toMatchObject({ code: 'network' });
    expect(error.message).toMatch(
      /manifest\.json: cannot be reached or broke off \(ECONNREFUSED\)/,
    );
    server = await startModelServer();
  });
});

it('redirects to another place on this machine are followed', async () => {
  await using other = await startModelServer();
  server.misbehave = (request, response) => {
    response.writeHead(307, { location: other.address + fileOf(request) }).end();
    return true;
  };
  expect((await fetchSmall()).manifest.name).toBe('small');
  expect(other.requests.length).toBe(4);
});

describe('what was kept', () => {
  it('is enough without a network', async () => {
    const fetched = await fetchSmall();
    server.requests.length = 0;
    const { files } = await fetchSmall({ offline: true });
    expectStep(files);
    expect([...files.keys()].sort()).toEqual([...fetched.files.keys()].sort());
    expect(server.requests).toEqual([]);
    await expect(
      fetchSmall({ offline: true, choose: ({ graphs }) => graphs }),
    ).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringMatching(/chunk\.onnx: has not been downloaded yet/),
    });
  });

  it('is never used when it is damaged, and fetched again', async () => {
    await fetchSmall();
    const names = (await readdir(folder)).filter((name) => name.startsWith('sha256-'));
    expect(names.length).toBe(3);
    for (const [i, name] of names.entries()) {
      const content = await readFile(join(folder, name));
      if (i === 0) await truncate(join(folder, name), 3);
      else if (i === 1) await writeFile(join(folder, name), Buffer.concat([content, content]));
      else await writeFile(join(folder, name), content.with(0, content[0] ^ 1));
    }
    server.requests.length = 0;
    const { files } = await fetchSmall();
    expectStep(files);
    expect(server.requests.length).toBe(4);
    await fetchSmall({ offline: true });
  });

  it('does not grow without bound: what was not used for the longest time goes', async () => {
    const cache = createFolderCache(folder, { mostBytes: 100 });
    await cache.put('a', new Uint8Array(40));
    await cache.put('b', new Uint8Array(40));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await cache.get('a', 100);
    await cache.put('c', new Uint8Array(40));
    expect((await readdir(folder)).sort()).toEqual(['a', 'c']);
  });

  it('is not needed: a file in the place of its folder', async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    expectStep((await fetchSmall()).files);
  });
});

describe('several processes', () => {
  /** A process that fetches the model and prints how many bytes its step graph has. */
  const spawnFetch = (limits = ''): ChildProcess => {
    const cacheModule = new URL('../../dist/source/folder-cache.js', import.meta.url).href;
    const program = `
      import { fetchArtifact } from '@ostinato/core';
      import { createFolderCache } from '${cacheModule}';
      const choose = ({ graphs }) => graphs.filter(({ kind }) => kind === 'step');
      const cache = createFolderCache(${JSON.stringify(folder)});
      const { files } = await fetchArtifact('${server.address}', { choose, cache });
      console.log(files.get('step.onnx').length);`;
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const node = `exec "$0" --input-type=module -e "$1"`;
    return spawn('sh', ['-c', limits + node, process.execPath, program], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };
  const outputOf = async (child: ChildProcess): Promise<string> => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    return output.trim();
  };
  it('share one download', async () => {
    server.misbehave = (request, response) => {
      if (fileOf(request) !== 'step.onnx') return false;
      response.writeHead(200, { 'content-length': step().length });
      response.write(step().subarray(0, 1000));
      setTimeout(() => response.end(step().subarray(1000)), 1000);
      return true;
    };
    const outputs = await Promise.all([spawnFetch(), spawnFetch(), spawnFetch()].map(outputOf));
    expect(outputs).toEqual(['300000', '300000', '300000']);
    expect(stepRequests()).toEqual(['step.onnx']);
  });

  it('leave to the next one what they had when they were killed', async () => {
    server.misbehave = (request, response) => {
      if (fileOf(request) !== 'step.onnx' || request.headers.range !== undefined) return false;
      response.writeHead(200, { 'content-length': step().length });
      response.write(step().subarray(0, 120_000)); // and no more
      return true;
    };
    const child = spawnFetch();
    const gone = once(child, 'close');
    await untilKept(120_000);
    child.kill('SIGKILL');
    await gone;
    expect(await outputOf(spawnFetch())).toBe('300000');
    expect(stepRequests()).toEqual(['step.onnx', 'step.onnx 120000-']);
  });

  it('go on in memory when the disk takes no more', async () => {
    expect(await outputOf(spawnFetch('ulimit -f 100; '))).toBe('300000'); // blocks of 512 or 1,024 bytes
    const sizes = (await readdir(folder)).map(
      async (name) => (await stat(join(folder, name))).size,
    );
    expect(Math.max(...(await Promise.all(sizes)))).toBeLessThan(100_000);
    expect(await parts()).toEqual([]);
  });
});
