import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** An operation of openapi.json, as tests walk over them. */
export interface Operation {
  operationId: string;
  method: string;
  path: string;
  security: Record<string, string[]>[];
  parameters: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Record<string, unknown>; example?: unknown }[];
  /** JSON schema of the body; undefined when the operation takes none. */
  body: Record<string, unknown> | undefined;
}

interface DocumentOperation {
  operationId: string;
  security: Record<string, string[]>[];
  parameters?: Operation['parameters'];
  requestBody?: { content: { 'application/json': { schema: Record<string, unknown> } } };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

interface OpenApi {
  paths: Record<string, Record<string, DocumentOperation>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

/** The committed document. `npm run verify` fails when it differs from the routes. */
export const openapi = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as OpenApi;

export const operations: Operation[] = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    operationId: operation.operationId,
    method: method.toUpperCase(),
    path,
    security: operation.security,
    parameters: operation.parameters ?? [],
    body: operation.requestBody?.content['application/json'].schema,
  })),
);

/** One answer of the API. `body` is parsed JSON, or '' when there is none. */
export interface Exchange {
  method: string;
  /** With or without the query. */
  path: string;
  status: number;
  contentType: string;
  body: unknown;
}

/**
 * B31: throws unless the answer is one that the document promises for this request: status, content type, body. Requests
 * outside the documented paths (pages, health, unrouted) are not checked.
 */
export function checkAnswer(exchange: Exchange): void {
  const { method, status, body } = exchange;
  const path = exchange.path.split('?')[0]!;
  const operation = operationOf({ method, path });
  if (!operation) return;
  const where = `${operation.operationId} (${method} ${path}) answered ${status}`;
  const { responses } = openapi.paths[operation.path]![operation.method.toLowerCase()]!;
  const documented = String(status) in responses ? String(status) : 'default';
  const { content } = responses[documented]!;
  const shown = JSON.stringify(body).slice(0, bodyCharsMax);
  if (!content) {
    if (body !== '') throw new Error(`${where} with a body, the document promises none: ${shown}`);
    return;
  }
  const mediaType = exchange.contentType.split(';')[0]!;
  if (!(mediaType in content))
    throw new Error(`${where} as ${mediaType || 'nothing'}, the document promises ${Object.keys(content).join(' or ')}`);
  const validate = validatorOf(operation, documented, mediaType);
  if (!validate(body))
    throw new Error(`${where} with a body that the document does not allow: ${ajv.errorsText(validate.errors)}\n${shown}`);
}

/** `/v1/syncs/{sync_id}:trigger` and its like: literal paths win over parameters, actions belong to the last segment. */
export function operationOf({ method, path }: { method: string; path: string }): Operation | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  return patterns.find((entry) => entry.operation.method === wanted && entry.pattern.test(path))?.operation;
}

const bodyCharsMax = 1000;

const patterns = operations
  .map((operation) => ({ operation, pattern: patternOf(operation.path) }))
  .sort((a, b) => rank(a.operation.path) - rank(b.operation.path));

function patternOf(path: string): RegExp {
  const source = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${source}$`);
}

/** Actions first, then paths with fewer parameters. */
function rank(path: string): number {
  return (path.includes('}:') ? 0 : 100) + (path.match(/\{/g)?.length ?? 0);
}

const documentId = 'https://syncline.test/openapi.json';
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
addFormats.default(ajv);
ajv.addSchema(openapi as object, documentId);
const validators = new Map<string, ValidateFunction>();

function validatorOf(operation: Operation, status: string, mediaType: string): ValidateFunction {
  const pointer = ['paths', operation.path, operation.method.toLowerCase(), 'responses', status, 'content', mediaType, 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const known = validators.get(pointer);
  if (known) return known;
  const compiled = ajv.compile({ $ref: `${documentId}#/${pointer}` });
  validators.set(pointer, compiled);
  return compiled;
}
