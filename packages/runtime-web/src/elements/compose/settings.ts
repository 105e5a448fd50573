// What a composition is asked to be, as attributes, and as the fragment of a link that can be shared.
import { type Instrument, instrumentSlug, type Labels } from '@ostinato/core';

/** The length of a composition: seconds, or for as long as somebody listens. */
export type Length = number | 'endless';

export interface ComposeSettings {
  readonly seed: string;
  /** 0.01..100; undefined for what the model recommends. */
  readonly temperature: number | undefined;
  readonly length: Length;
  readonly labels: Labels;
  /** Slugs such as `violin`; empty where the model chooses. */
  readonly instruments: readonly string[];
}

export const DEFAULT_LENGTH = 60;
const LONGEST_SECONDS = 3600;
const LONGEST_SEED = 200;

/** Reads a length as an attribute has it: `endless`, or seconds in 1..3600. What cannot be read is the default. */
export function parseLength(text: string | null | undefined): Length {
  if (text === 'endless') return text;
  const seconds = Number(text);
  return text && seconds >= 1 && seconds <= LONGEST_SECONDS ? seconds : DEFAULT_LENGTH;
}

/** Reads a temperature in 0.01..100; undefined for anything else. */
export function parseTemperature(text: string | null | undefined): number | undefined {
  const value = Number(text);
  return text && value >= 0.01 && value <= 100 ? value : undefined;
}

/** Reads labels as `composer=Bach; ensemble=String Quartet`. */
export function parseLabels(text: string | null | undefined): Labels {
  const pairs = (text ?? '').split(';').map((pair) => pair.split('=').map((part) => part.trim()));
  return Object.fromEntries(pairs.filter(([kind, value]) => kind && value));
}

export function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([kind, value]) => `${kind}=${value}`)
    .join('; ');
}

/** Reads a list as `violin, cello`. */
export function parseList(text: string | null | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** The instruments of slugs, among those that a model knows; strangers are left out. */
export function instrumentsOf(
  slugs: readonly string[],
  known: readonly Instrument[],
): Instrument[] {
  return known.filter((instrument) => slugs.includes(instrumentSlug(instrument)));
}

/** A seed nobody has seen: six digits, easy to tell a friend. */
export function randomSeed(random: () => number = Math.random): string {
  return String(Math.floor(random() * 1_000_000));
}

/** The fragment of a link to a composition, such as `ostinato?seed=7&length=60`.
 *  @param name tells several elements of a page apart: their id, or empty */
export function toFragment(settings: ComposeSettings, name: string): string {
  const query = new URLSearchParams({ seed: settings.seed, length: String(settings.length) });
  if (settings.temperature !== undefined) query.set('temperature', String(settings.temperature));
  const labels = formatLabels(settings.labels);
  if (labels) query.set('labels', labels);
  if (settings.instruments.length > 0) query.set('instruments', settings.instruments.join(','));
  return `${prefixOf(name)}${query}`;
}

/** Reads such a fragment, with or without its `#`. Anybody can write a link: what is out of range is left out.
 *  @returns undefined if it is another element's, or something else */
export function fromFragment(fragment: string, name: string): Partial<ComposeSettings> | undefined {
  const text = fragment.replace(/^#/, '');
  const prefix = prefixOf(name);
  if (!text.startsWith(prefix)) return undefined;
  const query = new URLSearchParams(text.slice(prefix.length));
  const seed = query.get('seed');
  const temperature = parseTemperature(query.get('temperature'));
  return {
    ...(seed && { seed: seed.slice(0, LONGEST_SEED) }),
    ...(temperature !== undefined && { temperature }),
    ...(query.has('length') && { length: parseLength(query.get('length')) }),
    ...(query.has('labels') && { labels: parseLabels(query.get('labels')) }),
    ...(query.has('instruments') && { instruments: parseList(query.get('instruments')) }),
  };
}

function prefixOf(name: string): string {
  return name ? `ostinato-${encodeURIComponent(name)}?` : 'ostinato?';
}
