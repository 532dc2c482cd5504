import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import type { Args } from '../db/index.ts';
import type { Limits } from '../ops/config.ts';
import type { Hubs } from './context.ts';
import { listRecordsInput, type RecordsPage, readListed } from './list-records.ts';
import { pollMs } from './listing/feed-horizon.ts';
import type { ListedRecordsCtx } from './open-listed.ts';

/** Each follower costs a look every half second and keeps a socket: so many, of all applications and of one. */
const followersMax = 100;
const followersOfOneMax = 40;
/** Without news the rights are looked at anew this often, and whoever listens hears that the stream is alive. */
const quietMsMax = 15_000;

const FollowRecords = listRecordsInput.omit({ count: true }).extend({
  /** Absent: as long as this installation allows. 0: one page. */
  waitSeconds: z.int().min(0).optional(),
});
type FollowRecords = z.input<typeof FollowRecords>;

type FollowCtx = ListedRecordsCtx & { limits: Pick<Limits, 'followSecondsMax'> };

/**
 * The pages of the feed as they come: what stands there, then what changes, for a bounded time. A page without records says that nothing
 * has changed, and where to go on. What is refused is refused before the first page. `signal`: nobody listens any more.
 */
export async function* followRecords({
  ctx,
  input,
  signal,
}: Args<FollowRecords, FollowCtx> & { signal: AbortSignal }): AsyncGenerator<RecordsPage, void> {
  const { waitSeconds = ctx.limits.followSecondsMax, ...given } = FollowRecords.parse(input);
  const until = performance.now() + Math.min(waitSeconds, ctx.limits.followSecondsMax) * 1000;
  const query = { ...given, count: false };
  let { page, hub, applicationId } = await readListed(ctx, query);
  const leave = enter(ctx.hubs, applicationId);
  try {
    yield page;
    while (performance.now() < until) {
      const isNews = page.hasMore || (await waitForNews(() => hub.feedHorizon(), { horizon: page.horizon, until, signal }));
      if (signal.aborted || (!isNews && performance.now() >= until)) return;
      ({ page, hub, applicationId } = await readListed(ctx, { ...query, cursor: page.nextCursor }));
      yield page;
    }
  } finally {
    leave();
  }
}

/** True as soon as the feed has gone beyond the horizon; false when it has been quiet for long, or nobody listens. */
async function waitForNews(
  readHorizon: () => Promise<bigint>,
  { horizon, until, signal }: { horizon: bigint; until: number; signal: AbortSignal },
): Promise<boolean> {
  const quietUntil = Math.min(until, performance.now() + quietMsMax);
  while (performance.now() < quietUntil && !signal.aborted) {
    if ((await readHorizon()) > horizon) return true;
    const pause = Math.min(pollMs, Math.max(1, quietUntil - performance.now()));
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

const followers = new WeakMap<Hubs, Map<string, number>>();

/** Counts a follower of this process; answers how to leave. */
function enter(hubs: Hubs, applicationId: string): () => void {
  const counts = followers.get(hubs) ?? new Map<string, number>();
  followers.set(hubs, counts);
  const own = counts.get(applicationId) ?? 0;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (own >= followersOfOneMax || all >= followersMax)
    throw new AppError('conflict', 'Too many streams are open. Close one, or come back in a minute and page with the cursor meanwhile.');
  counts.set(applicationId, own + 1);
  return () => {
    const left = counts.get(applicationId)! - 1;
    if (left > 0) counts.set(applicationId, left);
    else counts.delete(applicationId);
  };
}
