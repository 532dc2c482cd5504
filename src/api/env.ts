import type { Actor } from '../base/actor.ts';
import type { IdempotencyCtx } from '../tenancy/index.ts';

/** What a request carries through the middleware. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    /** Set when the caller is known. */
    actor?: Actor;
    /** Pattern of the route that answered; the raw path may hold tokens and ids. */
    route?: string;
    /** Of a request with an Idempotency-Key. */
    witness?: NonNullable<IdempotencyCtx['witness']>;
    /** The cause of a 500, for the one line that the request logs. */
    failure?: unknown;
  };
}
