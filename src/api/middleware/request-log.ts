import type { MiddlewareHandler } from 'hono';
import { newId } from '../../base/ids.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';

/** One wide line per request, with the route's pattern: raw paths and queries may hold connect tokens and OAuth codes. */
export function requestLog(deps: Pick<ApiDeps, 'clock' | 'log' | 'requestEnded'>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const requestId = newId('req', deps.clock.now());
    c.set('requestId', requestId);
    const begun = performance.now();
    await next();
    // Not c.header: on a finished response that costs a copy of the body.
    c.res.headers.set('x-request-id', requestId);
    const milliseconds = performance.now() - begun;
    const line = {
      request_id: requestId,
      method: c.req.method,
      route: c.get('route') ?? 'unrouted',
      status: c.res.status,
      ms: Math.round(milliseconds * 10) / 10,
      ...actorOf(c.get('actor')),
    };
    const failure = c.get('failure');
    if (failure === undefined) deps.log.info(line, 'request');
    else deps.log.error({ ...line, err: failure }, 'request failed');
    deps.requestEnded?.({ method: line.method, route: line.route, status: line.status, seconds: milliseconds / 1000 });
  };
}

function actorOf(actor: ApiEnv['Variables']['actor']): Record<string, string> {
  if (!actor) return {};
  return { actor: `${actor.kind}:${actor.id}`, ...(actor.kind === 'operator' ? {} : { application: actor.applicationId }) };
}
