import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { AppError, type InputIssue } from '../base/errors.ts';
import type { ApiDeps } from './deps.ts';
import { documentOf, registerSecurity } from './document.ts';
import type { ApiEnv } from './env.ts';
import { answerError } from './errors.ts';
import { mountHooks } from './hooks.ts';
import { authenticated } from './middleware/authenticated.ts';
import { cors, requireOwnOrigin } from './middleware/cors.ts';
import { namedRoute } from './middleware/named-route.ts';
import { readablePath } from './middleware/readable-path.ts';
import { requestLog } from './middleware/request-log.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { mount } from './mount.ts';
import { answerProblem, inputInvalid, issuesOf } from './problem.ts';
import { mountPublicPages } from './public-pages.ts';
import { endpoints } from './routes/index.ts';
import { requestPath } from './routing-path.ts';
import { answerUnrouted } from './unrouted.ts';

export type { AppCtx } from './context.ts';
export type { ApiDeps } from './deps.ts';

const bodyBytesMax = 1024 * 1024;

/** The whole HTTP face. Building it touches nothing: the OpenAPI document needs no database. */
export function createApi(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({
    getPath: requestPath,
    defaultHook: (result, c) =>
      result.success ? undefined : answerProblem(c, inputInvalid(issuesOf(placeOf(result.target), result.error))),
  });
  app.onError(answerError);
  app.notFound((c) => answerUnrouted(c, endpoints));
  app.use(requestLog(deps), namedRoute(), securityHeaders(deps));
  app.use(
    '/v1/*',
    cors(deps),
    readablePath(),
    authenticated(deps),
    requireOwnOrigin(deps),
    bodyLimit({ maxSize: bodyBytesMax, onError: refuseBody }),
  );
  registerSecurity(app);
  for (const endpoint of endpoints) mount(app, endpoint, deps);
  mountPublicPages(app, deps, () => documentOf(app));
  mountHooks(app, deps);
  if (deps.pages) app.route('/', deps.pages);
  return app;
}

function placeOf(target: string): InputIssue['in'] {
  if (target === 'param') return 'path';
  if (target === 'query' || target === 'header') return target;
  return 'body';
}

function refuseBody(): never {
  throw new AppError('body_too_large', `The body is larger than ${bodyBytesMax} bytes. Send less at once.`);
}
