import type { MiddlewareHandler } from 'hono';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';

export function authenticated(deps: Pick<ApiDeps, 'authenticate'>): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('actor', await deps.authenticate(c.req.header('authorization')));
    return next();
  };
}
