import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../env.ts';

/**
 * A body that may be left out may also be empty, whatever its type is said to be: many clients send `Content-Type: application/json` with
 * every request.
 */
export const allowEmptyBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (c.req.header('content-type') !== undefined && (await c.req.text()) === '') {
    const { url, method, signal } = c.req.raw;
    const headers = new Headers(c.req.raw.headers);
    headers.delete('content-type');
    c.req.raw = new Request(url, { method, headers, signal });
  }
  await next();
};
