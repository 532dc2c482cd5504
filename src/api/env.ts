import type { Actor } from '../base/actor.ts';
import type { Ctx } from '../db/index.ts';

/** What a request carries through the middleware. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    /** Set when the caller is known. */
    actor?: Actor;
    /** Pattern of the route that answered; the raw path may hold tokens and ids. */
    route?: string;
    /** Of a request with an Idempotency-Key. */
    witness?: NonNullable<Ctx['witness']>;
    /** The cause of a 500, for the one line that the request logs. */
    failure?: unknown;
  };
}
