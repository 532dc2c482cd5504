import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { idInput } from '../../base/text.ts';
import { findObject, signalsDeletes } from '../../catalog/index.ts';
import { openConnectionClient } from '../../connect/client.ts';
import type { SyncRateLimit } from '../../connect/rate-limits.ts';
import type { Sync as SyncRow } from '../../db/generated/client.ts';
import type { Args } from '../../db/index.ts';
import { ProviderError } from '../../kit/index.ts';
import type { SyncsCtx } from '../../syncs/context.ts';
import { secondsToHooks } from '../../syncs/destination-load.ts';
import { openHub } from '../../syncs/edit-checkpoint.ts';
import { endHooks, leaveToRun } from '../../syncs/end-hooks.ts';
import {
  claimedNoticesMax,
  claimNotices,
  countNotices,
  dropNotices,
  type Notice,
  nextNoticeMs,
  postponeNotices,
  queueNotices,
} from '../../syncs/hook-notices.ts';
import { reactTo } from '../inbound/reaction.ts';
import { type HookDesk, readNotices } from './read-notices.ts';
import { writeNotices } from './write-notices.ts';

const ApplyHooks = z.strictObject({ syncId: idInput });

/** More than this at once is a bulk change: a run that asks for what changed finds it with a hundredth of the requests. */
const bulkNoticesMax = 500;
/** What becomes due within this time is waited for: it was told of a moment ago. */
const waitMsMax = 600;

/**
 * Works off what the provider has told us about a sync: applies what came whole, reads the rest again, and writes both beside whatever
 * the sync itself is reading. Asking twice for nothing costs little; asking once too little would lose a change, so a notice is done
 * only behind the reading that began after it.
 */
export async function applyHooks({ ctx, input, signal }: ApplyHooksArgs): Promise<void> {
  const { syncId } = ApplyHooks.parse(input);
  // As long as a slice: a customer of whom much is told takes turns with the others.
  const untilMs = performance.now() + ctx.limits.sliceSecondsMax * 1000;
  while (performance.now() < untilMs && !signal.aborted) {
    const notices = await claimNotices(ctx, syncId);
    if (notices.length > 0) await work(ctx, syncId, notices, signal);
    else if (!(await waitForMore(ctx, syncId, signal))) return;
  }
  await queueNotices(ctx, syncId);
}

export type ApplyHooksArgs = Args<unknown, SyncsCtx> & { signal: AbortSignal };

/** false: nothing more is due soon. */
async function waitForMore(ctx: SyncsCtx, syncId: string, signal: AbortSignal): Promise<boolean> {
  const ms = await nextNoticeMs(ctx, syncId);
  if (ms === null || ms > waitMsMax) return false;
  await sleep(Math.max(ms, 1), undefined, { signal }).catch(() => undefined); // only the stop ends a sleep early
  return true;
}

async function work(given: SyncsCtx, syncId: string, notices: Notice[], signal: AbortSignal): Promise<void> {
  const sync = await given.db.prisma.sync.findUnique({ where: { id: syncId } });
  if (sync?.status !== 'active') return forget(given, syncId, sync);
  const ctx: SyncsCtx = { ...given, actor: { ...given.actor, kind: 'system', applicationId: sync.applicationId } };
  const log = ctx.log.child({ sync: sync.id, provider: sync.provider, object: sync.object });
  try {
    const seconds = await secondsToHooks(ctx, sync.destinationId);
    if (seconds > 0) {
      const ids = notices.map(({ recordId }) => recordId);
      return await postponeNotices(ctx.db.prisma, sync.id, ids, { seconds, hasFailed: false });
    }
    const hub = await openHub(ctx, sync);
    const definition = await findObject(ctx, sync.applicationId, sync.provider, sync.object);
    const table = await hub.ensureTable(sync.provider, sync.object);
    const desk: HookDesk = {
      ...{ ctx, sync, hub, signal, definition, table },
      connection: await hub.ensureConnection({ connectionId: sync.connectionId, customerId: sync.customerId }),
      client: () =>
        openConnectionClient({
          ctx,
          connectionId: sync.connectionId,
          sync: { id: sync.id, rateLimits: (sync.rateLimits ?? []) as SyncRateLimit[] },
        }),
    };
    if (await isBulk(desk, notices)) {
      await leaveToRun(ctx, sync);
      return await hub.dropHookPayloads(sync.id);
    }
    const read = await readNotices(desk, notices);
    const written = await writeNotices(desk, read);
    const news = await hub.readHookNews(sync.id);
    await endHooks(ctx, sync, {
      done: notices,
      news,
      late: [...read.late, ...written.late],
      again: [...written.unsure, ...read.left],
      absent: askedAgain(notices, written.absent),
      needsRun: read.needsRun || written.isGuarded,
    });
    if (news) await hub.dropHookNews({ syncId: sync.id, lastSeq: news.lastSeq });
  } catch (error) {
    await leave(ctx, { sync, notices, error, log });
  }
}

/** A record that nobody has stored is asked for this often before it counts as gone: what is new may show late. */
const absentAsksMax = 3;

function askedAgain(notices: Notice[], absent: string[]): string[] {
  const young = new Set(notices.flatMap(({ recordId, failures }) => (failures + 1 < absentAsksMax ? [recordId] : [])));
  return absent.filter((id) => young.has(id));
}

/** What hooks carried goes with the notices: a connection that was purged meanwhile must leave nothing behind. */
async function forget(ctx: SyncsCtx, syncId: string, sync: SyncRow | null): Promise<void> {
  if (sync) await (await openHub(ctx, sync)).dropHookPayloads(syncId);
  await dropNotices(ctx, syncId);
}

/** Only where a run finds deletes as well, without reading everything. */
async function isBulk({ ctx, sync, definition }: HookDesk, notices: Notice[]): Promise<boolean> {
  if (notices.length < claimedNoticesMax || !signalsDeletes(definition)) return false;
  if (sync.strategy !== 'full_then_incremental' && sync.strategy !== 'full_then_delta') return false;
  return (await countNotices(ctx, sync.id)) > bulkNoticesMax;
}

interface Failed {
  sync: SyncRow;
  notices: Notice[];
  error: unknown;
  log: SyncsCtx['log'];
}

/** A hub or a database that cannot be reached: as long as a provider that cannot. */
const ownWaitSeconds = 5;
/** Failed this often in a row, a run has to find it: its own waits and failures are told to the vendor. */
const failuresMax = 5;

async function leave(ctx: SyncsCtx, { sync, notices, error, log }: Failed): Promise<void> {
  const failures = Math.max(...notices.map((notice) => notice.failures)) + 1;
  const waitSeconds = failures > failuresMax ? null : waitOf(ctx, error, failures);
  log.info({ err: error, wait: waitSeconds }, 'what hooks told could not be read yet');
  if (waitSeconds === null) return endHooks(ctx, sync, { done: notices, news: null, late: [], again: [], absent: [], needsRun: true });
  const ids = notices.map((notice) => notice.recordId);
  await postponeNotices(ctx.db.prisma, sync.id, ids, { seconds: waitSeconds, hasFailed: true });
}

/** null: no waiting helps. */
function waitOf(ctx: SyncsCtx, error: unknown, failures: number): number | null {
  if (!(error instanceof ProviderError)) return ownWaitSeconds;
  const { meaning, retryAfterSeconds } = error;
  const reaction = reactTo({ meaning, retryAfterSeconds, failures, retriesMax: ctx.limits.requestRetriesMax });
  return reaction.do === 'retry' || reaction.do === 'postpone' ? reaction.waitSeconds : null;
}
