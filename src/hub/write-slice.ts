import { type FencedRow, saveState, takeReadFence } from './checkpoint.ts';
import { withoutDuplicates } from './duplicates.ts';
import { textArray } from './encode.ts';
import { registerWriter } from './feed.ts';
import type { HubHandle } from './handle.ts';
import { learnShape } from './learn-shape.ts';
import { countOf, meetUnchanged } from './meet-unchanged.ts';
import { type PreparedSlice, prepareSlice } from './prepare-slice.ts';
import { probe } from './probe.ts';
import { quarantine, release } from './quarantine.ts';
import { forgetKept, forgetMissed, markSeen } from './seen.ts';
import { stageDeletes, unholdDeletes, unholdMissing, unstageDeletes } from './staged-deletes.ts';
import { type HubTx, writeTransaction } from './transaction.ts';
import type { IncomingRecord, QuarantinedRecord, SliceInput, WriteFacts } from './types.ts';
import { unfoldAll, writeUnfolded } from './unfolded.ts';
import { appendVersions, ensureVersions } from './versions.ts';
import { copyFresh, freshSavepoint, nothingWritten, type Place, upsertChanged, type Written } from './write-records.ts';

/** One transaction: fence → probe → register → write → seen → staged deletes → quarantine → checkpoint. */
export async function writeSlice(hub: HubHandle, input: SliceInput): Promise<WriteFacts> {
  const { facts, remember } = await commitSlice(hub, input);
  remember();
  return facts;
}

const nothingDone = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, quarantined: 0, firstSeq: null, lastSeq: null };

interface CommittedSlice {
  facts: WriteFacts;
  /** What this process may rely on now that the transaction has committed. */
  remember: () => void;
}

async function commitSlice(hub: HubHandle, given: SliceInput): Promise<CommittedSlice> {
  const place = { table: given.table, connection: given.connection, syncedAt: hub.clock.now(), observed: given.observed };
  const versions = given.versions && { ...given.versions, table: await ensureVersions(hub, given.table) };
  return writeTransaction(hub, async (tx) => {
    const row = await takeReadFence(hub, tx, given, place);
    if (await meetUnchanged(hub, tx, given, row)) {
      const facts = { ...nothingDone, unchanged: countOf(given.unopened!.batches), duplicates: 0 };
      await saveState(hub, tx, given.syncId, given.checkpoint(facts), given.run);
      return { facts, remember: () => undefined };
    }
    const input = given.unopened ? { ...given, records: given.unopened.open(), unopened: undefined } : given;
    const slice = prepareSlice(input.records, input.quarantined);
    const inside = unfoldAll(input.children, slice.live);
    const written = await writeLive(hub, tx, input, place, row, slice);
    const setAside = [...slice.quarantined, ...written.refused];
    const learn = { ...input, isFirst: input.shape === 'first', at: place.syncedAt };
    const remember = input.shape && written.changed.length > 0 ? await learnShape(hub, tx, learn, written.changed) : () => undefined;
    if (versions) await appendVersions(hub, tx, { ...input, place, versions, live: slice.live, written });
    if (input.isRetry) await releaseStored(hub, tx, input, slice, setAside);
    else await note(hub, tx, input, row, slice, setAside);
    if (setAside.length) await quarantine(hub, tx, { ...place, syncId: input.syncId, at: place.syncedAt }, setAside);
    const unfolded = await writeUnfolded(hub, tx, { ...input, at: place.syncedAt }, inside);
    const facts = {
      inserted: written.inserted,
      updated: written.updated,
      deleted: 0,
      unchanged: slice.live.length - written.inserted - written.updated - written.refused.length,
      quarantined: setAside.length,
      firstSeq: written.firstSeq,
      lastSeq: written.lastSeq,
      duplicates: input.marksSeen ? slice.duplicates + written.duplicates : 0,
      ...(unfolded.length > 0 ? { unfolded } : {}),
    };
    await saveState(hub, tx, input.syncId, input.checkpoint(facts), input.run);
    return { facts, remember };
  });
}

/** Registers only when something may be written: a re-sync of unchanged records holds nobody's feed. */
export async function writeLive(
  hub: HubHandle,
  tx: HubTx,
  input: SliceInput,
  place: Place,
  row: FencedRow,
  { live }: PreparedSlice,
): Promise<Written> {
  if (live.length === 0) return nothingWritten;
  if (row.isFresh) {
    await registerWriter(hub, tx, freshSavepoint);
    const written = await copyFresh(hub, tx, place, live);
    if (written) return written;
    await tx.query(`update ${hub.names.checkpoint} set is_fresh = false where sync = $1::text`, [input.syncId]);
  }
  const older: IncomingRecord[] = [];
  const probed = await probe(hub, tx, place, live, { expectsUnchanged: input.marksSeen, older });
  const changed = input.marksSeen ? await withoutDuplicates(hub, tx, input, { changed: probed, older }) : probed;
  const duplicates = probed.length - changed.length;
  if (changed.length === 0) return { ...nothingWritten, duplicates };
  if (!row.isFresh) await registerWriter(hub, tx);
  const written = await upsertChanged(hub, tx, place, changed);
  return { ...written, duplicates };
}

/** What the slice met, for everybody who keeps an account of it. Refused records were met too: they exist at the provider. */
export async function note(
  hub: HubHandle,
  tx: HubTx,
  input: SliceInput,
  row: FencedRow,
  slice: PreparedSlice,
  setAside: readonly QuarantinedRecord[],
): Promise<void> {
  const met = slice.live.map((record) => record.id);
  for (const { id } of slice.quarantined) if (id?.isWellFormed() && !id.includes('\u0000')) met.push(id);
  const ids = textArray(met);
  const reads = [...row.openElsewhere, ...(input.marksSeen ? [{ sync: input.syncId, generation: `${input.generation}` }] : [])];
  if (met.length && reads.length) await markSeen(hub, tx, reads, ids);
  if (input.keys?.length) await markSeen(hub, tx, [{ sync: input.syncId, generation: `${input.generation}` }], textArray(input.keys));
  if (met.length && row.hasMissedOnce && !input.marksSeen) await forgetMissed(hub, tx, input.syncId, ids);
  if (met.length && row.hasKept) await forgetKept(hub, tx, input, ids);
  if (input.keys?.length && row.hasKept) await forgetKept(hub, tx, input, textArray(input.keys));
  if (row.hasQuarantined) await releaseStored(hub, tx, input, slice, setAside);
  if (slice.live.length && row.hasStaged) await unstageDeletes(hub, tx, input.syncId, input.generation, slice.live);
  if (slice.live.length && row.hasHold) await unholdDeletes(hub, tx, input.syncId, slice.live);
  if (row.hasHold) await unholdMissing(hub, tx, input.syncId, [...(input.keys ?? []), ...met.slice(slice.live.length)]);
  if (slice.deletes.length) await stageDeletes(hub, tx, input, slice.deletes);
}

/** What is stored after all, and what the provider says is gone, waits for nobody's mending. What is set aside again stays, and is counted. */
async function releaseStored(
  hub: HubHandle,
  tx: HubTx,
  place: Pick<SliceInput, 'table' | 'connection'>,
  { live, deletes }: PreparedSlice,
  setAside: readonly QuarantinedRecord[],
): Promise<void> {
  const aside = new Set(setAside.map(({ id }) => id));
  const ids = [...live, ...deletes].map(({ id }) => id).filter((id) => !aside.has(id));
  if (ids.length > 0) await release(hub, tx, place, textArray(ids));
}
