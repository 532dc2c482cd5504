import type { EndedRead, WriteFacts } from '../../hub/types.ts';
import { isKeyless, type Json, ProviderError } from '../../kit/index.ts';
import type { CheckpointState, ReadState } from '../../syncs/checkpoint-state.ts';
import { send } from './ask.ts';
import { judgeDeletes } from './guard.ts';
import { runRow } from './hub-run.ts';
import { keepLease } from './keep-lease.ts';
import { marksAfter } from './marks-after.ts';
import { meetsEverything, partsOf } from './read-parts.ts';
import { committed, isOver, nextState, openRead, renew, type Slice } from './slice.ts';
import { refuseStalled } from './stalled.ts';
import { chargeLoad, waitForLoad } from './wait-for-destination.ts';

/** Ids that one read asks about, one by one; more that were missed wait for a second read that misses them too. */
const confirmsMax = 50;
const deleteBatchRowsMax = 10_000;

/** Every page has been read: conclude what is gone, ask the guard, delete in batches, move the mark. false: the slice's time is up. */
export async function endRead(slice: Slice): Promise<boolean> {
  const { kind, signals } = openRead(slice);
  refuseStalled(openRead(slice), slice.definition.incremental?.watermark.path);
  if (!meetsEverything(kind) && signals === 0) return endWithoutDeletes(slice);
  const deleting = openRead(slice).deleting ?? (await decide(slice));
  if (deleting === 'held') return true;
  for (let remaining = true; remaining; await renew(slice)) {
    remaining = await deleteBatch(slice, deleting);
    if (remaining && (isOver(slice) || !(await waitForLoad(slice)))) return false;
  }
  return true;
}

/** A read of changes without a delete signal concludes nothing: only the mark moves. */
async function endWithoutDeletes(slice: Slice): Promise<true> {
  const { hub, lease } = slice;
  const next = finishedState(slice, 'none', { facts: null, heldDeletes: 0 }, { outcome: 'succeeded', reason: null });
  await hub.writeCheckpoint({ syncId: lease.sync.id, fence: lease.fence, state: next as Json, run: () => runRow(slice, next) });
  committed(slice, next);
  return true;
}

type Deleting = NonNullable<ReadState['deleting']>;

async function decide(slice: Slice): Promise<Deleting | 'held'> {
  const { hub, ctx } = slice;
  const read = openRead(slice);
  const absence = absenceOf(slice, read);
  const ended = { ...endedRead(slice, { absence, confirmedGone: [] }), sampleMax: confirmsMax };
  const counted = await keepLease(slice, () => hub.countDeletes(ended));
  const confirmedGone = absence === 'approximate' ? await confirmGone(slice, counted.missedOnce) : [];
  const { known, deletedLastDay } = counted;
  const deletes = counted.deletes + confirmedGone.length;
  const reason = judgeDeletes({ kind: read.kind, met: read.met, known, deletes, deletedLastDay, limits: ctx.limits });
  if (reason === null) return { absence, confirmedGone };
  await hold(slice, { absence, confirmedGone }, reason);
  return 'held';
}

/**
 * What the end proves about records that were not met. A record without an id was met, but nobody knows which it is: then nothing is
 * proved about any.
 */
function absenceOf({ definition, lease }: Slice, { kind, idless }: ReadState): Deleting['absence'] {
  if (!meetsEverything(kind) || idless > 0 || isKeyless(definition)) return 'none';
  // A full read that begins at a time meets nothing older (see backdated.ts).
  if (kind === 'full' && lease.sync.startFrom !== null) return 'none';
  return partsOf(definition, kind).every((part) => part.completeness === 'complete') ? 'complete' : 'approximate';
}

/** Only an answer that says so counts as gone. A refusal of another kind ends the asking: the second read will tell. */
async function confirmGone(slice: Slice, ids: string[]): Promise<string[]> {
  const { definition } = slice;
  if (!definition.get) return [];
  const gone: string[] = [];
  for (const id of ids) {
    try {
      await send(slice, definition.get(id));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.meaning !== 'not_found') break;
      gone.push(id);
    }
    await renew(slice);
  }
  return gone;
}

async function hold(slice: Slice, ended: Deleting, reason: string): Promise<void> {
  const { hub, lease } = slice;
  let next = slice.state;
  const held = {
    ...{ syncId: lease.sync.id, fence: lease.fence },
    ...endedRead(slice, ended),
    ...{ reason, runId: lease.run.id },
    checkpoint: (heldDeletes: number) => {
      next = finishedState(slice, ended.absence, { facts: null, heldDeletes }, { outcome: 'held', reason });
      return next as Json;
    },
    run: () => runRow(slice, next),
  };
  await keepLease(slice, () => hub.holdDeletes(held));
  committed(slice, next);
}

async function deleteBatch(slice: Slice, deleting: Deleting): Promise<boolean> {
  const { hub, lease } = slice;
  let next = slice.state;
  const batch = {
    ...{ syncId: lease.sync.id, fence: lease.fence },
    ...endedRead(slice, deleting),
    rowsMax: Math.min(Math.ceil(slice.rowsPerSecondMax ?? Number.POSITIVE_INFINITY), deleteBatchRowsMax),
    checkpoint: (facts: WriteFacts, isRemaining: boolean) => {
      next = isRemaining
        ? nextState(slice, { fetched: 0, facts }, { read: { ...openRead(slice), deleting } })
        : finishedState(slice, deleting.absence, { facts, heldDeletes: 0 }, { outcome: 'succeeded', reason: null });
      return next as Json;
    },
    run: () => runRow(slice, next),
  };
  const { remaining, deleted } = await keepLease(slice, () => hub.deleteBatch(batch));
  committed(slice, next);
  await chargeLoad(slice, deleted);
  return remaining;
}

/** The marks move here and nowhere else: in the transaction that ends the read. */
function finishedState(
  slice: Slice,
  absence: Deleting['absence'],
  done: { facts: WriteFacts | null; heldDeletes: number },
  end: Omit<NonNullable<CheckpointState['ended']>, 'kind'>,
): CheckpointState {
  const { state, definition, lease, ctx } = slice;
  const read = openRead(slice);
  const { kind, startedAt, providerTime, met, idless } = read;
  const marks = marksAfter({ object: definition, state, read, absence, sync: lease.sync, now: ctx.clock.now() });
  const lastRead = { kind, startedAt, providerTime, records: met + idless };
  return nextState(slice, { fetched: 0, ...done }, { ...marks, lastRead, read: null, ended: { kind, ...end } });
}

function endedRead(slice: Slice, { absence, confirmedGone }: Deleting): EndedRead {
  const { lease, table, connection } = slice;
  const { generation, horizon } = openRead(slice);
  return { syncId: lease.sync.id, table, connection, generation: BigInt(generation), horizon: BigInt(horizon), absence, confirmedGone };
}
