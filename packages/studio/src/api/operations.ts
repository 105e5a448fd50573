// The operations of an OpenAPI 3 document, as far as a reader needs them. What is missing or odd is left out.

interface Parameter {
  readonly name: string;
  /** `query`, `path`, `header` or `body`. */
  readonly where: string;
  readonly isRequired: boolean;
  /** Such as `integer` or `string, list`; empty where it is anything. */
  readonly type: string;
  readonly description: string;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  /** The group it belongs to. */
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  /** Media type of the body that is sent, the first that it takes; undefined where there is none. */
  readonly bodyType: string | undefined;
  /** A body to send, if the document has one. */
  readonly example: unknown;
  /** Media types of the answer, the first is what comes where nobody asks. */
  readonly answers: readonly string[];
  /** Whether it can be asked without a key where others cannot. */
  readonly isPublic: boolean;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

type Json = Readonly<Record<string, unknown>>;

/** @throws {TypeError} if it is no OpenAPI document */
export function readOperations(document: unknown): Operation[] {
  const paths = objectOf(objectOf(document)['paths']);
  if (typeof objectOf(document)['openapi'] !== 'string') {
    throw new TypeError('expected an OpenAPI document, with `openapi` and `paths`');
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(objectOf(methods))
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => readOperation(method, path, objectOf(operation), document)),
  );
}

function readOperation(
  method: string,
  path: string,
  operation: Json,
  document: unknown,
): Operation {
  const bodies = Object.entries(objectOf(objectOf(operation['requestBody'])['content']));
  const [bodyType, first] = bodies[0] ?? [];
  const body = objectOf(first);
  const schema = resolve(body['schema'], document);
  const required = listOf(schema['required']);
  const success = objectOf(objectOf(operation['responses'])['200'] ?? {});
  const [tag] = listOf(operation['tags']);
  return {
    method: method.toUpperCase(),
    path,
    tag: textOf(tag),
    summary: textOf(operation['summary']),
    description: textOf(operation['description']),
    parameters: [
      ...listOf(operation['parameters']).map((value) => {
        const parameter = resolve(value, document);
        return {
          name: textOf(parameter['name']),
          where: textOf(parameter['in']),
          isRequired: parameter['required'] === true,
          type: typeOf(parameter['schema'], document),
          description: textOf(parameter['description']),
        };
      }),
      ...Object.entries(objectOf(schema['properties'])).map(([name, value]) => ({
        name,
        where: 'body',
        isRequired: required.includes(name),
        type: typeOf(value, document),
        description: textOf(
          objectOf(value)['description'] ?? resolve(value, document)['description'],
        ),
      })),
    ],
    bodyType,
    example: body['example'] ?? schema['example'],
    answers: Object.keys(objectOf(success['content'])),
    isPublic: Array.isArray(operation['security']) && operation['security'].length === 0,
  };
}

/** What a value is, in words: its type, or its choices. */
function typeOf(value: unknown, document: unknown): string {
  const schema = resolve(value, document);
  const choices = listOf(schema['enum']);
  if (choices.length > 0) return choices.map(String).join(' | ');
  const alternatives = listOf(schema['anyOf'] ?? schema['oneOf']);
  if (alternatives.length > 0) {
    return [...new Set(alternatives.map((each) => typeOf(each, document)))].join(' | ');
  }
  const type = textOf(schema['type']);
  const items = type === 'array' ? typeOf(schema['items'], document) : '';
  return items === '' ? type : `${items}, list`;
}

/** Follows a reference inside the document, once. */
function resolve(value: unknown, document: unknown): Json {
  const reference = objectOf(value)['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return objectOf(value);
  const steps = reference.slice(2).split('/');
  return objectOf(steps.reduce<unknown>((at, step) => objectOf(at)[step], document));
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
