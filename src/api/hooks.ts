import type { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../base/errors.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';

/** HubSpot sends up to 100 events, Stripe one with its object: far below. */
const hookBytesMax = 1024 * 1024;

/**
 * Where providers send their hooks. The body is taken as it came, because its bytes are signed; the answer says that it was taken,
 * and nothing else: who is connected here is nobody's business.
 */
export function mountHooks(app: OpenAPIHono<ApiEnv>, deps: Pick<ApiDeps, 'receiveHook'>): void {
  app.post('/hooks/:token', bodyLimit({ maxSize: hookBytesMax, onError: refuseBody }), async (c) => {
    const { search } = new URL(c.req.url);
    const body = Buffer.from(await c.req.arrayBuffer());
    await deps.receiveHook(
      { token: c.req.param('token'), method: c.req.method, search, headers: c.req.header(), body },
      c.get('requestId'),
    );
    return c.body(null, 202);
  });
}

function refuseBody(): never {
  throw new AppError('body_too_large', `A hook may have at most ${hookBytesMax} bytes.`);
}
