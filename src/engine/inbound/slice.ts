import { setTimeout as sleep } from 'node:timers/promises';
import type { Destination as DestinationRow } from '../../db/generated/client.ts';
import type { ListableHub } from '../../hub/context.ts';
import type { HubConnection, HubTable, SliceInput, UnfoldedFacts, WriteFacts } from '../../hub/types.ts';
import type { ObjectDefinition } from '../../kit/index.ts';
import { type CheckpointState, type Counters, emptyCounters, type ReadState } from '../../syncs/checkpoint-state.ts';
import type { SyncsCtx } from '../../syncs/context.ts';
import { type Lease, renewLease } from '../../syncs/lease.ts';
import { estimateTotal } from './estimate.ts';
import type { LookingClient } from './looking-client.ts';

/** One worker's turn at a sync. `state` is what the hub has committed; everything else lives as long as the slice. */
export interface Slice {
  ctx: SyncsCtx;
  lease: Lease;
  hub: ListableHub;
  /** As it was when the slice began. */
  destination: DestinationRow;
  /** Rows that it takes in a second; null: as many as come. */
  rowsPerSecondMax: number | null;
  table: HubTable;
  connection: HubConnection;
  /** What is unfolded from the records. */
  children: NonNullable<SliceInput['children']>;
  definition: ObjectDefinition;
  client: () => Promise<LookingClient>;
  state: CheckpointState;
  /** The mark when the slice began, which is the run's: it moves at the end. undefined: it had moved before. */
  watermarkBefore: string | null | undefined;
  /** What has been done and is in no committed state yet. */
  pending: { slices: number; apiCalls: number; bytes: number; waitMs: number };
  /** Refusals in a row since something last went well. */
  failures: number;
  /** Aborted when the process is asked to stop: the slice ends at the next transaction boundary. */
  signal: AbortSignal;
  startedMs: number;
  renewedMs: number;
}

/** What has been read so far, as one transaction is about to commit it. */
export interface Progress {
  fetched: number;
  facts: WriteFacts | null;
  heldDeletes?: number;
}

/** The next state: the run's counters move in the transaction that moves everything else. */
export function nextState(slice: Slice, progress: Progress, change: Partial<CheckpointState>): CheckpointState {
  const counted = count(slice, progress);
  const { lastFullRecords } = slice.lease.sync;
  const read = change.read === undefined ? slice.state.read : change.read;
  const totalEstimate = estimateTotal({ read, fetched: counted.fetched, lastFullRecords, before: counted.totalEstimate });
  return { ...slice.state, runId: slice.lease.run.id, ended: null, failures: 0, counters: { ...counted, totalEstimate }, ...change };
}

/** Takes over what a transaction has committed (or, at the end of an empty read, what the next one will). */
export function committed(slice: Slice, state: CheckpointState): void {
  const before = countersBefore(slice);
  // Reading went on while the transaction was under way: what came after it was counted is still pending.
  for (const key of ['slices', 'apiCalls', 'bytes', 'waitMs'] as const) slice.pending[key] -= state.counters[key] - before[key];
  slice.state = state;
}

/** The counters of this run with what is pending: for the run row, which is information only. */
export function countersOf(slice: Slice): Counters {
  return count(slice, { fetched: 0, facts: null });
}

/** The read that is open. */
export function openRead(slice: Slice): ReadState {
  const { read } = slice.state;
  if (read === null) throw new Error(`sync ${slice.lease.sync.id} has no open read`);
  return read;
}

/** Time for somebody else: the slice has had its share, or the process wants to stop. */
export function isOver(slice: Slice): boolean {
  return slice.signal.aborted || performance.now() - slice.startedMs >= slice.ctx.limits.sliceSecondsMax * 1000;
}

/** Called at every progress; renews the lease when a third of it has passed. */
export async function renew(slice: Slice): Promise<void> {
  const { leaseSeconds } = slice.ctx.limits;
  const now = performance.now();
  if (now - slice.renewedMs < (leaseSeconds * 1000) / 3) return;
  await renewLease(slice.ctx, slice.lease, leaseSeconds);
  slice.renewedMs = now;
}

/** Rests for a bounded time; a stopping process does not wait for it. */
export async function rest(slice: Slice, seconds: number): Promise<void> {
  const begunMs = performance.now();
  await sleep(seconds * 1000, undefined, { signal: slice.signal });
  slice.pending.waitMs += Math.round(performance.now() - begunMs);
}

function count(slice: Slice, { fetched, facts, heldDeletes }: Progress): Counters {
  const { pending } = slice;
  const before = countersBefore(slice);
  const { inserted, updated, deleted, quarantined, firstSeq, lastSeq } = facts ?? nothingWritten;
  return {
    slices: before.slices + pending.slices,
    fetched: before.fetched + fetched,
    inserted: before.inserted + inserted,
    updated: before.updated + updated,
    deleted: before.deleted + deleted,
    unchanged: before.unchanged + fetched - (fetched > 0 ? inserted + updated + quarantined : 0),
    quarantined: before.quarantined + quarantined,
    apiCalls: before.apiCalls + pending.apiCalls,
    bytes: before.bytes + pending.bytes,
    waitMs: Math.min(before.waitMs + pending.waitMs, waitMsMax),
    totalEstimate: before.totalEstimate,
    heldDeletes: before.heldDeletes + (heldDeletes ?? 0),
    duplicates: before.duplicates + (facts?.duplicates ?? 0),
    firstSeq: before.firstSeq ?? firstSeq?.toString() ?? null,
    lastSeq: lastSeq?.toString() ?? before.lastSeq,
    unfolded: (facts?.unfolded ?? []).reduce(addUnfolded, before.unfolded),
  };
}

/** What the run's row can hold: three weeks. */
const waitMsMax = 2_000_000_000;

function addUnfolded(all: Counters['unfolded'], facts: UnfoldedFacts): Counters['unfolded'] {
  const before = all[facts.object] ?? nothingUnfolded;
  const sum = {
    inserted: before.inserted + facts.inserted,
    updated: before.updated + facts.updated,
    deleted: before.deleted + facts.deleted,
    quarantined: before.quarantined + facts.quarantined,
    firstSeq: before.firstSeq ?? facts.firstSeq?.toString() ?? null,
    lastSeq: facts.lastSeq?.toString() ?? before.lastSeq,
  };
  return { ...all, [facts.object]: sum };
}

const nothingUnfolded = { inserted: 0, updated: 0, deleted: 0, quarantined: 0, firstSeq: null, lastSeq: null };

/** The counters of a run begin at nothing, whatever the run before has left in the checkpoint. */
function countersBefore({ state, lease }: Slice): Counters {
  return state.runId === lease.run.id ? state.counters : emptyCounters;
}

const nothingWritten: WriteFacts = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, quarantined: 0, firstSeq: null, lastSeq: null };
