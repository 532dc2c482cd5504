import { beginRead } from './begin-read.ts';
import { readCheckpoint, takeCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { ensureConnection } from './connections.ts';
import type { ListableHub } from './context.ts';
import { countDeletes } from './count-deletes.ts';
import { deleteBatch } from './delete-batch.ts';
import { dropTombstones } from './drop-tombstones.ts';
import { lastDrawnSeq } from './feed.ts';
import { fieldsOf } from './fields/index.ts';
import { guarded } from './guarded.ts';
import type { HubHandle } from './handle.ts';
import { holdDeletes } from './hold-deletes.ts';
import { closeHold, decideHold, listHeldDeletes, listHolds } from './holds.ts';
import {
  dropHookNews,
  dropHookPayloads,
  dropOldHookPayloads,
  findLate,
  keepHookPayloads,
  readHookNews,
  readHookPayloads,
} from './hook-payloads.ts';
import { listShapeChanges } from './learn-shape.ts';
import { listPage } from './list-page.ts';
import { listingOf } from './listing/index.ts';
import { nextRecordId } from './next-record-id.ts';
import { purgeBatch } from './purge.ts';
import { findQuarantined, listQuarantined, markRetried } from './quarantine.ts';
import { rangesOf } from './ranges/index.ts';
import { readersOf } from './readers/index.ts';
import { retriesOf } from './retries/index.ts';
import { settleHold } from './settle-hold.ts';
import { ensureTable, ensureUnfolded, findTable } from './tables.ts';
import { unifiedOf } from './unified/index.ts';
import { writeHooked } from './write-hooked.ts';
import { writeSlice } from './write-slice.ts';

/** The verbs of one hub, bound to where it stands. */
export function hubOf(hub: HubHandle): ListableHub {
  return guarded({
    schema: hub.schema,
    ensureTable: (provider, object) => ensureTable(hub, provider, object),
    ensureUnfolded: (parent, object) => ensureUnfolded(hub, parent, object),
    findTable: (provider, object) => findTable(hub, provider, object),
    ensureConnection: (input) => ensureConnection(hub, input),
    readCheckpoint: (syncId) => readCheckpoint(hub, syncId),
    takeCheckpoint: (input) => takeCheckpoint(hub, input),
    lastDrawnSeq: () => lastDrawnSeq(hub),
    nextRecordId: (input) => nextRecordId(hub, input),
    beginRead: (input) => beginRead(hub, input),
    writeSlice: (input) => writeSlice(hub, input),
    countDeletes: (input) => countDeletes(hub, input),
    deleteBatch: (input) => deleteBatch(hub, input),
    holdDeletes: (input) => holdDeletes(hub, input),
    listHolds: (input) => listHolds(hub, input),
    listHeldDeletes: (input) => listHeldDeletes(hub, input),
    decideHold: (input) => decideHold(hub, input),
    settleHold: (input) => settleHold(hub, input),
    closeHold: (input) => closeHold(hub, input),
    keepHookPayloads: (input) => keepHookPayloads(hub, input),
    readHookPayloads: (input) => readHookPayloads(hub, input),
    writeHooked: (input) => writeHooked(hub, input),
    readHookNews: (syncId) => readHookNews(hub, syncId),
    dropHookNews: (input) => dropHookNews(hub, input),
    dropHookPayloads: (syncId) => dropHookPayloads(hub, syncId),
    dropOldHookPayloads: () => dropOldHookPayloads(hub),
    findLate: (input) => findLate(hub, input),
    writeCheckpoint: (input) => writeCheckpoint(hub, input),
    listShapeChanges: (input) => listShapeChanges(hub, input),
    listQuarantined: (input) => listQuarantined(hub, input),
    findQuarantined: (id) => findQuarantined(hub, id),
    markRetried: (id) => markRetried(hub, id),
    purgeBatch: (input) => purgeBatch(hub, input),
    dropTombstones: (input) => dropTombstones(hub, input),
    listPage: (input) => listPage(hub, input),
    ...fieldsOf(hub),
    ...readersOf(hub),
    ...listingOf(hub),
    ...unifiedOf(hub),
    ...rangesOf(hub),
    ...retriesOf(hub),
  });
}
