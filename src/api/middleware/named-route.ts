import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiEnv } from '../env.ts';

/** Remembers the pattern of the route that answers, as the document writes it. Public pages of other rooms get theirs too. */
export function namedRoute(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const route = matchedRoutes(c).findLast(({ path, method }) => method !== 'ALL' && !path.includes('*'));
    if (route) c.set('route', route.path.replace(/\/~(\w+)$/, ':$1').replace(/\/:(\w+)/g, '/{$1}'));
    return next();
  };
}
