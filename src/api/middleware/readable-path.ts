import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../env.ts';
import { inputInvalid } from '../problem.ts';

/** A path that is not percent-encoded UTF-8 names nothing. The router would take it letter by letter: `%zz` as a customer's id. */
export function readablePath(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (!isReadable(new URL(c.req.url).pathname))
      throw inputInvalid([{ in: 'path', path: '', message: 'Not percent-encoded UTF-8. Encode every part of the path.' }]);
    await next();
  };
}

function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
