// What a person calls a model: a folder, an address on the web, or a name in a folder of models.
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { delimiter, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MANIFEST_FILE, ModelSourceError, parseModelAddress } from '@ostinato/core';

export type ResolvedModel =
  /** `installed`: one that came with Ostinato. */
  | { readonly kind: 'folder' | 'installed'; readonly folder: string }
  /** The address of the folder, with a `/` at its end. */
  | { readonly kind: 'web'; readonly address: string };

export interface ResolveOptions {
  /** Take `http:` from any host. Default: from this machine only. */
  readonly allowHttp?: boolean;
  /** Default: the current one. */
  readonly workingFolder?: string;
  /** Default: the process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Finds a model. What has `://` is an address; what has a `/` or is there is a folder; anything else is a name, looked up
 *  in the folders of `OSTINATO_MODELS`, in `models` below the working folder, and among the models that come with
 *  Ostinato. Whether it is a model is not looked at yet.
 *  @throws {ModelSourceError} `bad-address`, or `unknown-model` with where it was looked for and what is there */
export async function resolveModel(
  source: string | URL,
  {
    allowHttp = false,
    workingFolder = process.cwd(),
    environment = process.env,
  }: ResolveOptions = {},
): Promise<ResolvedModel> {
  const text = String(source);
  if (/^file:/i.test(text)) return { kind: 'folder', folder: folderOf(text) };
  if (source instanceof URL || /^[a-z][a-z\d+.-]+:\/\//i.test(text)) {
    return { kind: 'web', address: parseModelAddress(text, { allowHttp }) };
  }
  const folder = resolve(workingFolder, text);
  if (/[/\\]/.test(text) || text.startsWith('.') || (await isFolder(folder))) {
    return { kind: 'folder', folder: text };
  }
  const places = modelFolders(workingFolder, environment);
  for (const place of places) {
    const kind = place === bundledFolder() ? 'installed' : 'folder';
    if (await isFolder(join(place, text))) return { kind, folder: join(place, text) };
  }
  throw await unknownModel(text, places, workingFolder);
}

function folderOf(fileUrl: string): string {
  try {
    return fileURLToPath(fileUrl);
  } catch (cause) {
    throw new ModelSourceError('bad-address', `${fileUrl}: expected a folder of this machine`, {
      cause,
    });
  }
}

/** Where names are looked up, in this order. */
function modelFolders(workingFolder: string, environment: NodeJS.ProcessEnv): string[] {
  const named = (environment.OSTINATO_MODELS ?? '').split(delimiter).filter((part) => part !== '');
  const places = [
    ...named.map((part) => resolve(workingFolder, part)),
    join(workingFolder, 'models'),
  ];
  return [...new Set([...places, bundledFolder()])];
}

/** The models that come with Ostinato: at the root of a clone, or inside the installed package. */
function bundledFolder(): string {
  const packageRoot = fileURLToPath(new URL('../..', import.meta.url));
  const repository = join(packageRoot, '..', '..');
  const isClone = existsSync(join(repository, 'pnpm-workspace.yaml'));
  return join(isClone ? repository : packageRoot, 'models');
}

async function unknownModel(
  name: string,
  places: readonly string[],
  workingFolder: string,
): Promise<ModelSourceError> {
  const names = new Set((await Promise.all(places.map(namesIn))).flat());
  const looked = places.map((place) => shorter(place, workingFolder)).join(', ');
  const known = names.size === 0 ? 'no model is there' : `there are ${[...names].join(', ')}`;
  return new ModelSourceError(
    'unknown-model',
    `${name}: neither a folder nor a model's name; looked in ${looked}: ${known}`,
  );
}

/** A folder as a person reads it best: below the working folder without that. */
function shorter(place: string, workingFolder: string): string {
  const below = relative(workingFolder, place);
  return below === '' || below.startsWith('..') ? place : below;
}

async function namesIn(place: string): Promise<string[]> {
  const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(place, entry.name, MANIFEST_FILE)))
    .map(({ name }) => name);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
