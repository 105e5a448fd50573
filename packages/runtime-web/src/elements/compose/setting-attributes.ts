// How the settings of a composition stand in attributes: Lit's converters, and when a value counts as another.
import { formatLabels, parseLabels, parseLength, parseList } from './settings.js';

export const LENGTH_ATTRIBUTE = { fromAttribute: parseLength, toAttribute: String };

export const LABELS_ATTRIBUTE = { fromAttribute: parseLabels, toAttribute: formatLabels };

export const LIST_ATTRIBUTE = {
  fromAttribute: parseList,
  toAttribute: (list: readonly string[]): string => list.join(', '),
};

/** Whether two plain values differ in content. */
export function differs(value: unknown, before: unknown): boolean {
  return JSON.stringify(value) !== JSON.stringify(before);
}
