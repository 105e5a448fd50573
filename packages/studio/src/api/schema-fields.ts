// A JSON schema as a list of fields that a reader can scan: nested ones by their path.

/** `primer.notes[].pitch`, for example. */
export interface Field {
  readonly name: string;
  /** In words: `integer 0..127`, `text`, `number[]`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

export type Json = Readonly<Record<string, unknown>>;

/** The type of a schema that says nothing of it. */
const ANY = 'value';

/** The fields of a schema, those of nested objects after the field that holds them. Of alternatives, the fields of all.
 *  @param document in which references are looked up
 *  @param levels of nesting that are followed; what is deeper is left out: the document has it */
export function fieldsOf(schema: unknown, document: unknown, levels: number, prefix = ''): Field[] {
  if (levels === 0) return [];
  const { properties, required, items, ...rest } = resolve(schema, document);
  const below = (inner: unknown, innerPrefix: string): Field[] =>
    fieldsOf(inner, document, levels - 1, innerPrefix);
  const names = arrayOf(required);
  return [
    ...alternativesOf(rest).flatMap((each) => below(each, prefix)),
    ...(items === undefined ? [] : below(items, `${prefix.replace(/\.$/, '')}[].`)),
    ...Object.entries(objectOf(properties)).flatMap(([name, value]) => [
      {
        name: prefix + name,
        type: typeOf(value, document),
        isRequired: names.includes(name),
        description: textOf(
          objectOf(value)['description'] ?? resolve(value, document)['description'],
        ),
      },
      ...below(value, `${prefix}${name}.`),
    ]),
  ];
}

/** What values a schema takes, in a few words. */
export function typeOf(schema: unknown, document: unknown): string {
  const resolved = resolve(schema, document);
  const { type, items, prefixItems, format } = resolved;
  const alternatives = alternativesOf(resolved);
  if (alternatives.length > 0) {
    const types = new Set(alternatives.map((each) => typeOf(each, document)));
    if (types.size > 1) types.delete(ANY); // of an `allOf` that only adds a description
    return [...types].join(' or ');
  }
  const values = arrayOf(resolved['enum']);
  if (values.length > 0) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (prefixItems !== undefined)
    return `[${arrayOf(prefixItems)
      .map((each) => typeOf(each, document))
      .join(', ')}]`;
  if (type === 'array') return `${typeOf(items, document)}[]`;
  if (type === 'string') return format === 'binary' ? 'file' : 'text';
  const name = [type].flat().map(textOf).filter(Boolean).join(' or ');
  return [name || ANY, rangeOf(resolved)].filter(Boolean).join(' ');
}

/** `0..127`; an excluded end is told by `<` or `>`. */
function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Json): string {
  const low =
    minimum ?? (exclusiveMinimum === undefined ? undefined : `>${numberText(exclusiveMinimum)}`);
  const high =
    maximum ?? (exclusiveMaximum === undefined ? undefined : `<${numberText(exclusiveMaximum)}`);
  return low === undefined || high === undefined ? '' : `${numberText(low)}..${numberText(high)}`;
}

function numberText(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

function alternativesOf(schema: Json): unknown[] {
  return [...arrayOf(schema['anyOf']), ...arrayOf(schema['oneOf']), ...arrayOf(schema['allOf'])];
}

/** Follows a reference inside the document, once. */
export function resolve(value: unknown, document: unknown): Json {
  const reference = objectOf(value)['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return objectOf(value);
  const steps = reference.slice(2).split('/');
  return objectOf(steps.reduce<unknown>((at, step) => objectOf(at)[step], document));
}

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

export function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
