import { afterAll, beforeAll, expect, test } from 'vitest';
import { hubSchemaName } from '../../src/hub/schema-name.ts';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';

let syncline: TestSyncline;
beforeAll(async () => {
  syncline = await startSyncline();
});
afterAll(() => syncline.close());

test('what customers have at two providers stands in one view as soon as it has been synced', async () => {
  await loadRecordings(syncline.control);
  const vendor = await syncline.createApplication();
  for (const [provider, object] of [
    ['pipedrive', 'persons'],
    ['hubspot', 'contacts'],
  ] as const) {
    await vendor.setUpProvider({ provider, objects: [object] });
    const { connectionId } = await vendor.connectCustomer({ customerId: 'fabrikam', provider, account: recordedAccounts[provider] });
    const { id: syncId } = await vendor.findSync({ connectionId, object });
    expect(await vendor.waitForRun({ syncId })).toMatchObject({ status: 'succeeded' });
  }
  const { rows } = await syncline.pool.query<{ provider: string; count: number; addressed: number }>(
    `select provider, count(*)::int4 as count, count(*) filter (where emails @> '[{}]')::int4 as addressed
     from ${hubSchemaName(vendor.applicationId)}.unified_crm_contact
     where customer_id = 'fabrikam' and remote_updated_at is not null
     group by provider
     order by provider`,
  );
  const listed = {
    hubspot: await vendor.list('/v1/records/hubspot/contacts?customer_id=fabrikam'),
    pipedrive: await vendor.list('/v1/records/pipedrive/persons?customer_id=fabrikam'),
  };
  expect(rows.map(({ provider, count }) => [provider, count])).toEqual([
    ['hubspot', listed.hubspot.length],
    ['pipedrive', listed.pipedrive.length],
  ]);
  for (const { addressed } of rows) expect(addressed).toBeGreaterThan(0);
});
