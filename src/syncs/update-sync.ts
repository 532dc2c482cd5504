import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { idInput } from '../base/text.ts';
import { SyncRateLimits } from '../connect/rate-limits.ts';
import type { Sync as SyncRow } from '../db/generated/client.ts';
import { type Args, databaseNow, type Tx, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import { type ConfigObject, fullRefreshEveryMax, keyPassIntervalSecondsMax, keyPassIntervalSecondsMin } from './config-input.ts';
import { findSync, lockSync } from './find-sync.ts';
import { inputError, parseInput } from './input.ts';
import { type Sync, storedObjects, toSync } from './outputs.ts';
import { type StoredOverrides, withOverrides } from './overrides.ts';
import { nextRunAt } from './schedule.ts';
import { decideSchedule, intervalSecondsMax, intervalSecondsMin, scheduleInput } from './schedule-input.ts';
import { lockSyncConfig } from './update-sync-config.ts';

const UpdateSync = z.strictObject({
  syncId: idInput,
  schedule: scheduleInput.nullable().optional(),
  intervalSeconds: z.int().min(intervalSecondsMin).max(intervalSecondsMax).nullable().optional(),
  fullRefreshEvery: z.int().min(1).max(fullRefreshEveryMax).nullable().optional(),
  keyPassIntervalSeconds: z.int().min(keyPassIntervalSecondsMin).max(keyPassIntervalSecondsMax).nullable().optional(),
  rateLimits: SyncRateLimits.nullable().optional(),
});
type Wish = Omit<z.output<typeof UpdateSync>, 'syncId'>;

/** Gives one connection something of its own in place of what its sync config says; null takes it back. The config keeps deciding the rest. */
export async function updateSync({ ctx, input }: Args): Promise<Sync> {
  const { syncId, ...wish } = parseInput(UpdateSync, input);
  return withTransaction(ctx, async (tx) => {
    const { applicationId, syncConfigId } = await findSync(ctx, tx, 'syncs:write', syncId);
    const { objects, startOnConnection } = await lockSyncConfig(tx, applicationId, syncConfigId);
    const sync = await lockSync(ctx, tx, 'syncs:write', syncId);
    const order = storedObjects({ objects }).find(({ object }) => object === sync.object)!;
    refuseMisfits(wish, order);
    const own = ownAfter((sync.overrides ?? {}) as StoredOverrides, wish);
    await store(tx, ctx.clock, { sync, own, order: withOverrides(order, own), startOnConnection });
    await audit(tx, ctx, { applicationId, action: 'sync.updated', target: syncId });
    return toSync(await findSync(ctx, tx, 'syncs:write', syncId));
  });
}

/** What the object's strategy has no use for would change nothing, and nobody would notice. */
function refuseMisfits({ schedule, fullRefreshEvery, keyPassIntervalSeconds }: Wish, { object, strategy }: ConfigObject): void {
  if (schedule?.kind === 'after')
    throw inputError(
      'schedule.kind',
      'What runs after what is said in the sync config. Give this connection an interval, a cron or manual.',
    );
  if (strategy !== 'full_only') return;
  if (fullRefreshEvery) throw inputError('full_refresh_every', `${object} only reads in full: leave full_refresh_every out.`);
  if (keyPassIntervalSeconds)
    throw inputError('key_pass_interval_seconds', `${object} only reads in full, which finds deletes by itself: leave it out.`);
}

function ownAfter(before: StoredOverrides, wish: Wish): StoredOverrides {
  const { schedule, intervalSeconds } = wish;
  const isTimed = schedule != null || intervalSeconds != null;
  const isUntimed = !isTimed && (schedule === null || intervalSeconds === null);
  const { schedule: ownSchedule, interval_seconds: ownInterval, ...rest } = before;
  const timed =
    isTimed || isUntimed
      ? isTimed && decideSchedule({}, { schedule: schedule ?? undefined, intervalSeconds: intervalSeconds ?? undefined }, '')
      : ownInterval !== undefined && { schedule: ownSchedule ?? null, interval_seconds: ownInterval };
  const after = {
    ...rest,
    ...(timed || {}),
    ...said('full_refresh_every', wish.fullRefreshEvery),
    ...said('key_pass_interval_seconds', wish.keyPassIntervalSeconds),
    ...said('rate_limits', wish.rateLimits),
  };
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => name === 'schedule' || value !== null));
}

function said(name: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: value };
}

interface Stored {
  sync: SyncRow;
  own: StoredOverrides;
  order: ConfigObject;
  startOnConnection: boolean;
}

/** As a changed sync config reaches its syncs: a run in progress ends first, and what waits for its first trigger goes on waiting. */
async function store(tx: Tx, clock: Clock, { sync, own, order, startOnConnection }: Stored): Promise<void> {
  const now = await databaseNow(tx);
  const { schedule, interval_seconds: intervalSeconds } = order;
  const isRetimed = JSON.stringify([schedule, intervalSeconds]) !== JSON.stringify([sync.schedule, sync.intervalSeconds]);
  const waits = sync.nextRunAt === null && sync.lastSuccessAt === null && !startOnConnection;
  const isMoved = isRetimed && sync.currentRunId === null && !waits;
  const next = isMoved ? nextRunAt({ schedule, startedAt: now, now, intervalSeconds, connectionId: sync.connectionId }) : sync.nextRunAt;
  // A sync that waits for its budget looks again: it may have grown.
  const looksAgain = sync.health === 'delayed' && sync.leaseOwner === null;
  await tx.$executeRaw`
    update sync
    set overrides = ${Object.keys(own).length === 0 ? null : JSON.stringify(own)}::jsonb,
        schedule = ${schedule === null ? null : JSON.stringify(schedule)}::jsonb,
        interval_seconds = ${intervalSeconds}::int,
        full_refresh_every = ${order.full_refresh_every}::int,
        key_pass_interval_seconds = ${order.key_pass_interval_seconds}::int,
        rate_limits = ${order.rate_limits === null ? null : JSON.stringify(order.rate_limits)}::jsonb,
        next_run_at = case
          when ${looksAgain}::boolean then least(next_run_at, (select syncline_now()))
          else ${next?.toISOString() ?? null}::timestamptz
        end,
        updated_at = ${clock.now()}::timestamptz
    where application_id = ${sync.applicationId}::text and id = ${sync.id}::text`;
}
