// The configuration file of `ostinato train`: YAML or JSON, its keys the flags without their dashes.
import { closest } from 'fastest-levenshtein';
import { parseDocument, stringify } from 'yaml';
import { InputError, readTextFile } from '../input-file.js';
import { DATA_IN_WORDS, parseDataFolder } from './data-folders.js';
import { inWords, isIn } from './domain.js';
import { type Setting, SETTINGS } from './settings.js';

/** Values by the key of their setting, as flags and files give them; `data` is a list. */
export type SettingValues = Readonly<Record<string, unknown>>;

/** Flags that say what to do now, and do not belong to a run. */
const FLAGS_ONLY: ReadonlySet<string> = new Set(['config', 'print-config', 'resume', 'json']);

/** Reads a configuration.
 *  @throws {InputError} naming the file, the key, what was expected and what was found; of an unknown key, the nearest */
export async function readConfigFile(path: string): Promise<SettingValues> {
  return parseConfig(await readTextFile(path), path);
}

/** @param where names the file in messages */
export function parseConfig(text: string, where: string): SettingValues {
  const entries = parseEntries(text, where).map(([key, value]): [string, unknown] => {
    const setting = findSetting(key, where);
    if (!setting.list) {
      checkValue(setting, value, where);
      return [setting.key, value];
    }
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (values.length === 0) throw wrongValue(setting, value, where);
    for (const each of values) checkValue(setting, each, where);
    return [setting.key, values];
  });
  return Object.fromEntries(entries);
}

/** A configuration as text that `parseConfig` reads again, in the order of the settings. */
export function formatConfig(values: SettingValues): string {
  const entries = SETTINGS.flatMap(({ key }): [string, unknown][] => {
    const value = values[key];
    if (value === undefined) return [];
    return [[key, Array.isArray(value) && value.length === 1 ? value[0] : value]];
  });
  return stringify(Object.fromEntries(entries), { lineWidth: 0 });
}

/** The pairs of the one mapping that a file holds. */
function parseEntries(text: string, where: string): [unknown, unknown][] {
  const document = parseDocument(text, { prettyErrors: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const [line = ''] = problem.message.split('\n');
    throw new InputError('bad-config', `${where}: ${line.replace(/:$/, '')}`);
  }
  let value: unknown;
  try {
    value = document.toJS({ mapAsMap: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError('bad-config', `${where}: ${reason}`, { cause });
  }
  if (value === null) return []; // an empty file, or comments only
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  throw new InputError(
    'bad-config',
    `${where}: expected settings such as "steps: 3000", found ${describe(value)}`,
  );
}

function findSetting(key: unknown, where: string): Setting {
  const setting = SETTINGS.find((each) => each.key === key);
  if (setting !== undefined) return setting;
  if (typeof key !== 'string') {
    throw new InputError('unknown-key', `${where}: unknown key ${describe(key)}`);
  }
  if (FLAGS_ONLY.has(key)) {
    throw new InputError(
      'unknown-key',
      `${where}: ${key} is for the command line only (--${key}); remove it from the file`,
    );
  }
  throw new InputError(
    'unknown-key',
    `${where}: unknown key ${describe(key)}; did you mean ${nearestKey(key)}?`,
  );
}

/** The names that the trainer's own options have count too. */
function nearestKey(key: string): string {
  const names = new Map(SETTINGS.map((setting) => [normal(setting.key), setting.key]));
  for (const { option, size, key: own } of SETTINGS) {
    const name = option ?? size;
    if (name !== undefined) names.set(normal(name), own);
  }
  const nearest = closest(normal(key), [...names.keys()]);
  return names.get(nearest) ?? nearest;
}

const normal = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

function checkValue(setting: Setting, value: unknown, where: string): void {
  const isFolder = setting.key !== 'data' || parseDataFolder(String(value)) !== undefined;
  if (!isIn(setting.domain, value) || !isFolder) throw wrongValue(setting, value, where);
}

function wrongValue({ key, domain }: Setting, value: unknown, where: string): InputError {
  const expected = key === 'data' ? DATA_IN_WORDS : inWords(domain);
  return new InputError(
    'bad-value',
    `${where}: ${key}: expected ${expected}, found ${describe(value)}`,
  );
}

const LONGEST_QUOTE = 60;

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (value instanceof Map) return 'a mapping';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  return JSON.stringify(
    value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}...` : value,
  );
}
