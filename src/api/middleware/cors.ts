import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../base/errors.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { answerProblem } from '../problem.ts';

const preflightSeconds = 600;
const originCharsMax = 2000;

/**
 * Browsers may read answers on the application's own origins, with a customer token. API keys are for servers: their
 * answers carry no CORS header. Cookies are never involved, so a page elsewhere gains nothing by asking.
 */
export function cors(deps: Pick<ApiDeps, 'isOriginAllowed' | 'publicUrl'>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const origin = c.req.header('origin');
    if (origin === undefined || origin === deps.publicUrl) return next();
    if (c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined) {
      if (!(await isAllowed(deps, origin, null))) return answerProblem(c, originNotAllowed());
      return c.body(null, 204, {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, HEAD',
        'access-control-allow-headers': 'authorization, if-none-match, last-event-id',
        'access-control-max-age': String(preflightSeconds),
        vary: 'Origin',
      });
    }
    c.header('vary', 'Origin');
    c.header('access-control-expose-headers', 'x-request-id, retry-after, etag');
    // For now: a page may read why its token is refused. Who is known decides below.
    if (await isAllowed(deps, origin, null)) c.header('access-control-allow-origin', origin);
    return next();
  };
}

/**
 * Once the caller is known: an API key's answers are for servers, and a customer's token on a page that is not the
 * application's own was carried off: it does nothing there.
 */
export function requireOwnOrigin(deps: Pick<ApiDeps, 'isOriginAllowed' | 'publicUrl'>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const origin = c.req.header('origin');
    const actor = c.get('actor');
    if (origin === undefined || origin === deps.publicUrl || actor === undefined) return next();
    if (!(await isAllowed(deps, origin, actor))) {
      c.header('access-control-allow-origin', undefined);
      if (actor.kind === 'customer') throw originNotAllowed();
    }
    return next();
  };
}

async function isAllowed(
  deps: Pick<ApiDeps, 'isOriginAllowed'>,
  origin: string,
  actor: ApiEnv['Variables']['actor'] | null,
): Promise<boolean> {
  return origin.length <= originCharsMax && !origin.includes('\u0000') && deps.isOriginAllowed(origin, actor ?? null);
}

function originNotAllowed(): AppError {
  return new AppError('origin_not_allowed', "This page's origin is not one of the application's origins. Add it to the application.");
}
