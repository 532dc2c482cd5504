import type { MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { claimIdempotencyKey } from '../../tenancy/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ApiEnv } from '../env.ts';
import { inputInvalid } from '../problem.ts';

const keyCharsMax = 255;

/**
 * `Idempotency-Key` on POST. Only answers that report success are kept: a refusal has changed nothing, and asking again may
 * well succeed. A failure on our side gives the key back too, for its transaction was rolled back. What stands in records is
 * never kept: where the request took effect, a repetition is told so, and where it only looked, it looks again.
 */
export function idempotent(
  deps: Pick<ApiDeps, 'contextFor'>,
  { holdsContent = false }: { holdsContent?: Endpoint['holdsContent'] | false } = {},
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const key = c.req.header('idempotency-key');
    if (key === undefined) return next();
    if (!/^[\x21-\x7e]+$/.test(key) || key.length > keyCharsMax)
      throw inputInvalid([{ in: 'header', path: 'idempotency-key', message: `Must be 1 to ${keyCharsMax} visible ASCII characters.` }]);
    const ctx = deps.contextFor(c.get('actor')!, c.get('requestId'));
    const claim = await claimIdempotencyKey(ctx, {
      key,
      request: { method: c.req.method, path: c.req.path, body: await c.req.text() },
    });
    if (claim.kind === 'answered') {
      c.header('idempotent-replayed', 'true');
      return c.body(claim.answer.body, claim.answer.status as ContentfulStatusCode, { 'content-type': 'application/json' });
    }
    c.set('witness', claim.witness);
    await next();
    if (c.error || c.res.status >= 300) await claim.release();
    else if (holdsContent) await claim.keepNothing(c.res.status);
    else await claim.keep({ status: c.res.status, body: await c.res.clone().text() });
  };
}
