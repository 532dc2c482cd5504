import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;

beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

test.each<{ provider: 'hubspot' | 'salesforce'; account: string; object: string; remote: string; fields: Record<string, string> }>([
  { provider: 'hubspot', account: '4711', object: 'contacts', remote: 'contacts', fields: { firstname: 'Edited' } },
  { provider: 'salesforce', account: 'acme', object: 'Contact', remote: 'Contact', fields: { FirstName: 'Edited' } },
])(
  'S10 B15 $provider: connected by OAuth, read in full, then only what changed, deletes included',
  async ({ provider, account, object, remote, fields }) => {
    const at = { dialect: provider, account, object: remote };
    const vendor = await syncline.createApplication();
    await vendor.setUpProvider({ provider, objects: [object] });
    await syncline.control.setSize({ ...at, size: 450 });
    const { connectionId, status } = await vendor.connectCustomer({ customerId: 'customer', provider, account });
    expect(status).toBe('connected');
    const sync = await vendor.findSync({ connectionId, object });
    expect(await vendor.waitForRun({ syncId: sync.id })).toMatchObject({ kind: 'full', status: 'succeeded', inserted: 450 });

    const edited = await syncline.control.update({ ...at, count: 7, fields });
    const added = await syncline.control.createMany({ ...at, count: 3 });
    const truth = (await syncline.control.list(at)).records.filter((record) => record.deletedAt === null);
    const gone = await syncline.control.delete({ ...at, ids: truth.slice(-13, -9).map((record) => record.id) });
    const run = await vendor.runSync({ syncId: sync.id });
    expect(run).toMatchObject({ kind: 'incremental', status: 'succeeded', inserted: 3, updated: 7, deleted: 4 });

    const path = `/v1/records/${provider}/${object}?customer_id=customer&include_deleted=true`;
    const records = await vendor.list(path);
    const live = new Set(records.filter((record) => record.deleted_at === null).map((record) => record.record_id));
    for (const id of [...edited.ids, ...added.ids]) expect(live.has(id)).toBe(true);
    for (const id of gone.ids) expect(live.has(id)).toBe(false);
    expect(live.size).toBe(450 + 3 - 4);
    expect(await vendor.runSync({ syncId: sync.id, full: true })).toMatchObject({
      kind: 'full',
      status: 'succeeded',
      inserted: 0,
      deleted: 0,
    });
  },
);
