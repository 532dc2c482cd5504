import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../env.ts';

const strictTransport = 'max-age=31536000';

/** Defaults for every answer; a page that needs another policy has set its own, and keeps it. */
export function securityHeaders({ publicUrl }: { publicUrl: string }): MiddlewareHandler<ApiEnv> {
  const defaults: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': strictTransport } : {}),
  };
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(defaults)) if (!headers.has(name)) headers.set(name, value);
  };
}
