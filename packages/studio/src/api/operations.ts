// The operations of an OpenAPI 3 document, as far as a reader needs them. What is missing or odd is left out.
import {
  arrayOf,
  type Field,
  fieldsOf,
  type Json,
  objectOf,
  resolve,
  textOf,
  typeOf,
} from './schema-fields.js';

interface Parameter extends Field {
  /** `query`, `path`, `header` or `cookie`. */
  readonly where: string;
}

/** One of the forms in which a body can be sent. */
export interface Body {
  /** The media type. */
  readonly type: string;
  readonly fields: readonly Field[];
  /** To send, if the document has one. */
  readonly example: unknown;
}

interface Answer {
  /** `200`, for example. */
  readonly status: string;
  readonly description: string;
  /** Media types. */
  readonly types: readonly string[];
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly bodies: readonly Body[];
  readonly answers: readonly Answer[];
  readonly needsKey: boolean;
}

export interface OperationGroup {
  /** Empty where the document has no tags. */
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

const JSON_TYPE = 'application/json';
const JSON_LEVELS = 6;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The operations by their first tag, in the order of the document.
 *  @throws {TypeError} if it is no OpenAPI document */
export function readOperations(document: unknown): OperationGroup[] {
  const { openapi, paths, tags } = objectOf(document);
  if (typeof openapi !== 'string') {
    throw new TypeError('expected an OpenAPI document, with `openapi` and `paths`');
  }
  const groups = new Map<string, Operation[]>();
  const described = new Map<string, string>();
  for (const tag of arrayOf(tags).map(objectOf)) {
    described.set(textOf(tag['name']), textOf(tag['description']));
    groups.set(textOf(tag['name']), []);
  }
  for (const [path, methods] of Object.entries(objectOf(paths))) {
    for (const [method, value] of Object.entries(objectOf(methods))) {
      if (!METHODS.includes(method)) continue;
      const operation = objectOf(value);
      const tag = textOf(arrayOf(operation['tags'])[0]);
      const group = groups.get(tag) ?? [];
      groups.set(tag, [...group, readOperation(method, path, operation, document)]);
    }
  }
  return [...groups]
    .filter(([, operations]) => operations.length > 0)
    .map(([name, operations]) => ({ name, description: described.get(name) ?? '', operations }));
}

function readOperation(
  method: string,
  path: string,
  operation: Json,
  document: unknown,
): Operation {
  return {
    method: method.toUpperCase(),
    path,
    summary: textOf(operation['summary']),
    description: textOf(operation['description']),
    parameters: arrayOf(operation['parameters']).map((value) => readParameter(value, document)),
    bodies: contents(operation['requestBody'], document).map(([type, content]) => {
      const schema = resolve(content['schema'], document);
      const example = content['example'] ?? schema['example'];
      const levels = type === JSON_TYPE ? JSON_LEVELS : 1; // the parts of a form
      return { type, fields: fieldsOf(schema, document, levels), example };
    }),
    answers: Object.entries(objectOf(operation['responses'])).map(([status, value]) => ({
      status,
      description: textOf(resolve(value, document)['description']),
      types: contents(value, document).map(([type]) => type),
    })),
    needsKey: needsKey(operation['security'] ?? objectOf(document)['security']),
  };
}

function readParameter(value: unknown, document: unknown): Parameter {
  const parameter = resolve(value, document);
  return {
    name: textOf(parameter['name']),
    where: textOf(parameter['in']),
    type: typeOf(parameter['schema'], document),
    isRequired: parameter['required'] === true,
    description: textOf(parameter['description']),
  };
}

/** Media types of a body or an answer, and what is said of each. */
function contents(value: unknown, document: unknown): [string, Json][] {
  const entries = Object.entries(objectOf(resolve(value, document)['content']));
  return entries.map(([type, content]) => [type, objectOf(content)]);
}

/** Whether every way in wants a key: an empty one among them lets everybody in. */
function needsKey(security: unknown): boolean {
  const ways = arrayOf(security).map(objectOf);
  return ways.length > 0 && ways.every((way) => Object.keys(way).length > 0);
}
