import { z } from 'zod';
import { idInput } from '../../base/text.ts';
import type { Args } from '../../db/index.ts';
import { announceShape } from '../../syncs/announce-shape.ts';
import type { SyncsCtx } from '../../syncs/context.ts';
import { takeLease } from '../../syncs/lease.ts';
import { finishRun, handOver } from '../../syncs/leave-run.ts';
import { beginRead } from './begin-read.ts';
import { beganAheadOfClock } from './clock-behind.ts';
import { endRead } from './end-read.ts';
import { type Desk, leaveWith, type SliceOutcome } from './leave-with.ts';
import { openSlice } from './open-slice.ts';
import { ClockBehind, readPages } from './read-pages.ts';
import { restartRead } from './restart-read.ts';
import { countersOf, type Slice } from './slice.ts';
import { startOrResume } from './start-or-resume.ts';
import { noteDestination } from './wait-for-destination.ts';
import { wakeWhoWaits } from './wait-for-parent.ts';

const RunSlice = z.strictObject({ syncId: idInput });

/** Begins of a read within one slice: the first, those after expired pages, one because the provider's clock was set back. */
const turnsMax = 5;

/**
 * One slice of a sync's run: takes the lease, goes on where the hub's checkpoint says, and leaves the run ended, to be continued, or
 * in other hands. What it did is in the hub, or did not happen.
 */
export async function runSlice({ ctx, input, owner, signal }: RunSliceArgs): Promise<SliceOutcome> {
  const { syncId } = RunSlice.parse(input);
  const lease = await takeLease(ctx, { syncId, owner, leaseSeconds: ctx.limits.leaseSeconds });
  if (!lease) return 'idle';
  const actor = { kind: 'system', id: owner, applicationId: lease.sync.applicationId } as const;
  const desk: Desk = { ctx: { ...ctx, actor }, lease, signal, slice: null };
  let outcome: SliceOutcome;
  try {
    outcome = await work(desk);
  } catch (error) {
    return leaveWith(desk, error);
  }
  await noteDestination(desk, null);
  return outcome;
}

export type RunSliceArgs = Args<unknown, SyncsCtx> & {
  /** The worker's name: it stands in the lease. */
  owner: string;
  signal: AbortSignal;
};

async function work(desk: Desk): Promise<SliceOutcome> {
  const slice = await openSlice(desk);
  if (!slice) return 'postponed';
  // A worker that died between the hub's last commit and this one left a run that had ended.
  if (slice.state.ended && slice.state.runId === slice.lease.run.id) return finish(slice);
  await startOrResume(slice);
  for (let turn = 1; ; turn++) {
    try {
      const isRead = await readPages(slice);
      if (isRead && beganAheadOfClock(slice)) throw new ClockBehind();
      if (isRead && (await endRead(slice))) return await finish(slice);
      await handOver(slice.ctx, slice.lease, countersOf(slice));
      return 'handed_over';
    } catch (error) {
      if (turn === turnsMax) throw error;
      if (error instanceof ClockBehind) await beginRead(slice, 'full', 0);
      else if (!(await restartRead(slice, error))) throw error;
    }
  }
}

async function finish(slice: Slice): Promise<SliceOutcome> {
  const { watermarkBefore } = slice;
  const { ended, watermark: watermarkAfter, lastRead, owesKeys, changesReadAt, completeAsOf } = slice.state;
  const { kind, outcome, reason } = ended!;
  const providerTime = lastRead?.providerTime ? new Date(lastRead.providerTime) : null;
  const counters = countersOf(slice);
  // What changed nothing has shown nothing new.
  if (counters.inserted + counters.updated > 0) await announceShape(slice.ctx, slice.hub, slice.lease.sync);
  await finishRun(slice.ctx, slice.lease, {
    kind,
    owesKeys,
    readBeganAt: new Date(lastRead!.startedAt),
    changesReadAt: changesReadAt === null ? null : new Date(changesReadAt),
    outcome,
    reason,
    counters,
    watermarkBefore,
    watermarkAfter,
    providerTime,
    fullRecords: kind === 'full' ? (lastRead?.records ?? null) : null,
    // Whatever was visible when the read ended has a lower seq than what is drawn from now on.
    complete: completeAsOf === null ? null : { asOf: new Date(completeAsOf), seq: await slice.hub.lastDrawnSeq() },
  });
  await wakeWhoWaits(slice);
  return outcome;
}
