import { createRoute, type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { type ErrorCode, errorCodes } from '../base/errors.ts';
import { answerOf } from './answer.ts';
import type { ApiDeps } from './deps.ts';
import { type Endpoint, isForCustomers } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { allowEmptyBody } from './middleware/empty-body.ts';
import { idempotent } from './middleware/idempotent.ts';
import { Problem, problemMediaType } from './problem.ts';
import { routingPath } from './routing-path.ts';

/** What any operation may answer, whatever it does. */
const commonErrors: ErrorCode[] = ['input_invalid', 'unauthenticated', 'scope_missing', 'origin_not_allowed', 'internal'];
const bodyErrors: ErrorCode[] = ['body_too_large', 'content_type_unsupported'];
const postErrors: ErrorCode[] = ['idempotency_key_reused', 'request_in_progress', 'answer_lost'];

/** Puts one endpoint into the document and behind its path. */
export function mount(app: OpenAPIHono<ApiEnv>, endpoint: Endpoint, deps: ApiDeps): void {
  const route = routeOf(endpoint);
  app.openAPIRegistry.registerPath(route);
  app.openapi(
    {
      ...createRoute({ ...route, path: routingPath(endpoint.path) }),
      hide: true,
      middleware: middlewareOf(endpoint, deps),
    } as RouteConfig,
    async (c) => {
      const witness = c.get('witness');
      const ctx = { ...deps.contextFor(c.get('actor')!, c.get('requestId')), ...(witness ? { witness } : {}) };
      return answerOf(c, endpoint, await endpoint.handle({ ctx, ...inputOf(c, endpoint) }));
    },
  );
}

function middlewareOf(endpoint: Endpoint, deps: ApiDeps): MiddlewareHandler<ApiEnv>[] {
  return [
    ...(endpoint.method === 'post' && endpoint.body && !isBodyRequired(endpoint.body) ? [allowEmptyBody] : []),
    ...(endpoint.method === 'post' ? [idempotent(deps, endpoint)] : []),
  ];
}

function isBodyRequired(body: z.ZodType): boolean {
  return !body.safeParse({}).success;
}

function inputOf(c: Context, endpoint: Endpoint): Record<'params' | 'query' | 'body' | 'headers', unknown> {
  // The framework types validated input by the route's literal type, which a list of endpoints does not keep.
  const req = c.req as unknown as { valid(target: 'param' | 'query' | 'json' | 'header'): unknown };
  return {
    params: endpoint.params && req.valid('param'),
    query: endpoint.query && req.valid('query'),
    body: endpoint.body && req.valid('json'),
    headers: endpoint.headers && req.valid('header'),
  };
}

function routeOf(endpoint: Endpoint): RouteConfig {
  const { operationId, method, path, tag, summary, description, params, query, headers, body } = endpoint;
  const parameters = [...(method === 'post' ? [idempotencyParameter] : []), ...(endpoint.hasEtag ? [etagParameter] : [])];
  return {
    operationId,
    method,
    path,
    tags: [tag],
    summary,
    description: `${description}\n\n${needs(endpoint)}`,
    security: securityOf(endpoint),
    ...(parameters.length > 0 ? { parameters } : {}),
    request: {
      ...(params ? { params } : {}),
      // A query that an operation does not know is refused like any other unknown field.
      query: query ?? z.strictObject({}),
      ...(headers ? { headers } : {}),
      ...(body ? { body: { required: isBodyRequired(body), content: { 'application/json': { schema: body } } } } : {}),
    },
    responses: { ...successOf(endpoint), ...problemsOf(endpoint) },
  };
}

const idempotencyParameter = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'Makes the request repeatable for 24 hours: the same key with the same request, byte for byte, gets the first answer again. Use a new random key for every new request, and never for a repetition.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
};

const etagParameter = {
  name: 'If-None-Match',
  in: 'header' as const,
  required: false,
  description: 'The ETag of the answer that you hold: while it is the same, the answer is 304 without a body.',
  schema: { type: 'string' as const },
};

function needs(endpoint: Endpoint): string {
  if (endpoint.scope === 'operator') return 'Needs the operator key of the installation.';
  const tokens = isForCustomers(endpoint) ? ' Customer tokens see their own customer only.' : '';
  return `Needs the scope \`${endpoint.scope}\`.${tokens}`;
}

function securityOf(endpoint: Endpoint): Record<string, string[]>[] {
  if (endpoint.scope === 'operator') return [{ operatorKey: [] }];
  return [{ apiKey: [endpoint.scope] }, ...(isForCustomers(endpoint) ? [{ customerToken: [endpoint.scope] }] : [])];
}

function successOf({ status, response, summary, mediaType, hasEtag }: Endpoint): RouteConfig['responses'] {
  return {
    [status]: { description: summary, ...(response ? { content: { [mediaType ?? 'application/json']: { schema: response } } } : {}) },
    ...(hasEtag ? { 304: { description: 'The answer that you hold is still the same.' } } : {}),
  };
}

/** Documents and behaviour come from the same code table; `default` covers what a later version may add. */
function problemsOf(endpoint: Endpoint): RouteConfig['responses'] {
  const codes = [
    ...commonErrors,
    ...(endpoint.body ? bodyErrors : []),
    ...(endpoint.method === 'post' ? postErrors : []),
    ...endpoint.errors,
  ];
  const byStatus = Map.groupBy(new Set(codes), (code) => errorCodes[code]);
  const content = { [problemMediaType]: { schema: Problem } };
  return {
    ...Object.fromEntries(
      [...byStatus].map(([status, group]) => [
        status,
        { description: `Problem: ${group.map((code) => `\`${code}\``).join(', ')}`, content },
      ]),
    ),
    default: { description: 'Any other problem', content },
  };
}
