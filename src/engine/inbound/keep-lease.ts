import { renewLease } from '../../syncs/lease.ts';
import type { Slice } from './slice.ts';

/**
 * Keeps the lease while one statement of the hub is under way. Progress renews a lease, and a sweep over a whole connection shows none
 * until it ends; the database bounds it, so a worker cannot hang here for ever. What the renewal finds out counts before the work.
 */
export async function keepLease<T>(slice: Slice, work: () => Promise<T>): Promise<T> {
  const { leaseSeconds } = slice.ctx.limits;
  let renewing: Promise<void> = Promise.resolve();
  let failure: { error: unknown } | null = null;
  const timer = setInterval(
    () => {
      renewing = renewing
        .then(() => renewLease(slice.ctx, slice.lease, leaseSeconds))
        .catch((error: unknown) => {
          failure ??= { error };
        });
    },
    (leaseSeconds * 1000) / 3,
  );
  try {
    const done = await work();
    clearInterval(timer);
    await renewing;
    if (failure !== null) throw (failure as { error: unknown }).error;
    return done;
  } finally {
    clearInterval(timer);
  }
}
