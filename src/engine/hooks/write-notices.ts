import { randomUUID } from 'node:crypto';
import type { HookedFacts } from '../../hub/hook-types.ts';
import { FenceLost } from '../../hub/index.ts';
import { judgeDeletes } from '../inbound/guard.ts';
import type { HookDesk, ReadNotices } from './read-notices.ts';

/** Runs that begin between the look at the fence and the write. */
const attemptsMax = 5;

/**
 * Writes under the fence that the sync has now. A run that begins meanwhile raises it, and the write is tried again with the new one;
 * a sync that was paused or removed meanwhile is written to no more: its records may be about to be purged.
 */
export async function writeNotices(
  desk: HookDesk,
  read: ReadNotices,
): Promise<Pick<HookedFacts, 'late' | 'unsure' | 'absent' | 'isGuarded'>> {
  const { ctx, sync, hub, table, connection } = desk;
  const { records, quarantined, gone, payloads } = read;
  if (records.length + quarantined.length + gone.length + payloads.length === 0) return nothing;
  for (let attempt = 1; ; attempt++) {
    const now = await ctx.db.prisma.sync.findUnique({ where: { id: sync.id } });
    if (now?.status !== 'active') return nothing;
    try {
      return await hub.writeHooked({
        ...{ syncId: sync.id, fence: now.fence, table, connection, records, quarantined, gone, payloads },
        ...(sync.observedFields.length > 0 ? { observed: sync.observedFields } : {}),
        versions: sync.landing === 'append' ? { runId: `hook_${randomUUID()}` } : undefined,
        marksUnknown: now.currentRunId !== null,
        mayDelete: (count) => judgeDeletes({ kind: 'incremental', met: records.length, ...count, limits: ctx.limits }) === null,
        countsFromDeletes: ctx.limits.guardShareFromRows * ctx.limits.guardShareMax,
      });
    } catch (error) {
      if (!(error instanceof FenceLost) || attempt === attemptsMax) throw error;
    }
  }
}

const nothing = { late: [], unsure: [], absent: [], isGuarded: false };
