import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { beginTestRead, end, ended, type HubUnderTest, many, openTestHub, type Read, write } from './support.ts';

let database: TestDatabase;
let on: HubUnderTest;
beforeAll(async () => {
  database = await createTestDatabase();
  on = await openTestHub(database.url);
});
afterAll(async () => {
  await on.close();
  await database.drop();
});

const records = 20_000;
const sliceRows = 10_000;
const syncId = 'sync_1';
const begin = (kind: 'full' | 'incremental' = 'full') => beginTestRead(on.hub, { sync: syncId, kind });

async function meetAll(read: Read, content: (n: number) => unknown, rest = {}) {
  const askedSeq = await on.hub.lastDrawnSeq();
  for (let from = 0; from < records; from += sliceRows) {
    const slice = many(sliceRows, content, from).map((one) => ({ ...one, askedSeq }));
    await write(on.hub, read, slice, rest);
  }
}

async function hold(runId: string): Promise<number> {
  const read = await begin();
  return on.hub.holdDeletes({ ...ended(read), fence: read.fence, reason: 'empty_read', runId, checkpoint: () => null });
}

async function settleAll(runId: string, decision: 'approve' | 'reject'): Promise<number> {
  await on.hub.decideHold({ syncId, runId, decision });
  for (;;) {
    const done = await on.hub.settleHold({ syncId, runId, rowsMax: 5_000 });
    if (done!.remaining) continue;
    await on.hub.closeHold({ syncId, runId });
    return done!.settled;
  }
}

// Statistics are young or missing here, as after every first load: a plan that looks at each pair takes longer than a transaction may.
test('twenty thousand held, kept, met and purged records each take their batches, and no statement its limit', async () => {
  const first = await begin();
  await meetAll(first, (n) => ({ n }), { versions: { runId: 'run_0' } });
  await end(on.hub, first);
  expect(await hold('run_1')).toBe(records);
  const back = await begin('incremental');
  await meetAll(back, (n) => ({ n }), { marksSeen: false });
  await end(on.hub, back, 'none');
  expect(await on.hub.listHolds({ syncId, after: null, rowsMax: 10 })).toEqual([]);

  expect(await hold('run_2')).toBe(records);
  expect(await settleAll('run_2', 'reject')).toBe(records);
  const kept = await begin();
  expect((await on.hub.countDeletes({ ...ended(kept), sampleMax: 0 })).deletes).toBe(0);
  while ((await end(on.hub, kept)).remaining);
  const met = await begin();
  await meetAll(met, (n) => ({ n }));
  await end(on.hub, met);

  expect(await hold('run_3')).toBe(records);
  expect(await hold('run_4')).toBe(records);
  expect(await settleAll('run_4', 'approve')).toBe(records);
  expect(await on.hub.listHolds({ syncId, after: null, rowsMax: 10 })).toEqual([]);
  while ((await on.hub.purgeBatch({ connectionId: 'conn_1', rowsMax: 5_000 })).remaining);
  expect(await on.sql('select count(*)::int4 as versions from hub_test.crm_contact_versions')).toEqual([{ versions: 0 }]);
});
