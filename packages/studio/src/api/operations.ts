// The operations of an OpenAPI 3 document, as far as a reader needs them. What is missing or odd is left out.

interface Parameter {
  readonly name: string;
  /** `query`, `path`, `header` or `body`. */
  readonly where: string;
  readonly isRequired: boolean;
  readonly description: string;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  /** A body to send, if the document has one. */
  readonly example: unknown;
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
  const body = objectOf(
    objectOf(objectOf(objectOf(operation['requestBody'])['content'])['application/json']),
  );
  const schema = resolve(body['schema'], document);
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const properties = Object.entries(objectOf(schema['properties']));
  const listed = Array.isArray(operation['parameters'])
    ? (operation['parameters'] as unknown[])
    : [];
  return {
    method: method.toUpperCase(),
    path,
    summary: textOf(operation['summary']),
    description: textOf(operation['description']),
    parameters: [
      ...listed.map((value) => {
        const parameter = resolve(value, document);
        return {
          name: textOf(parameter['name']),
          where: textOf(parameter['in']),
          isRequired: parameter['required'] === true,
          description: textOf(parameter['description']),
        };
      }),
      ...properties.map(([name, value]) => ({
        name,
        where: 'body',
        isRequired: required.includes(name),
        description: textOf(resolve(value, document)['description']),
      })),
    ],
    example: body['example'] ?? schema['example'],
  };
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
