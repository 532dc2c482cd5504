import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { startProviderInBetween } from './support/provider-in-between.ts';

let sandbox: RunningSandbox;
let syncline: TestSyncline;
let provider: Awaited<ReturnType<typeof startProviderInBetween>>;
beforeAll(async () => {
  sandbox = await startSandbox();
  provider = await startProviderInBetween(sandbox.url);
  const originOverrides = { ...sandbox.originOverrides, 'https://*.my.salesforce.com': `${provider.url}/salesforce` };
  syncline = await startSyncline({ sandbox, config: { originOverrides } });
  await syncline.setUpProvider({ provider: 'salesforce' });
}, 180_000);
afterAll(async () => {
  await syncline.close();
  await sandbox.close();
  await provider.close();
});

const hostile = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `'; drop table connection; --`,
  '../../etc/passwd',
  '__proto__',
  '\u202eevil\u0007\u001b[31m',
  '{"$ne":null}',
  'x'.repeat(5000),
];

test.each(hostile.map((name) => [JSON.stringify(name).slice(0, 40), name]))(
  'an account that calls itself %s is kept as text or refused',
  async (_shown, name) => {
    provider.attackAll((request, response) => {
      if (!request.url?.includes('/userinfo')) return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ organization_id: name }));
      return true;
    });
    const customerId = `c${hostile.indexOf(name)}`;
    const outcome = await syncline.connectCustomer({ customerId, provider: 'salesforce', account: 'plain' });
    expect(outcome.status).toBe('connected');
    const [connection] = await syncline.list(`/v1/connections?customer_id=${customerId}`);
    expect(connection.remote_account_id).toBe(name);
    const session = await syncline.call('POST', '/v1/connect-sessions', {
      customer_id: customerId,
      provider: 'salesforce',
      connection_id: connection.id,
    });
    const page = await (await fetch(session.url)).text();
    expect(page).not.toMatch(/<script>alert|<img src=x/);
  },
);

test('object names that are no names of Salesforce’s become neither table nor query', async () => {
  const tables = async () =>
    (await syncline.pool.query('select table_schema, table_name from information_schema.tables order by 1, 2')).rows.map((row) =>
      Object.values(row).join('.'),
    );
  const before = await tables();
  const names = [
    ...hostile,
    'Account; delete',
    "Account' or Id != '",
    'Account/../User',
    'Account WHERE',
    'A__',
    '_A',
    'constructor',
    'x'.repeat(201),
    'Ünïcode__c',
    '',
  ];
  for (const object of names) {
    const created = await syncline.request('POST', '/v1/sync-configs', { provider: 'salesforce', objects: [{ object }] });
    if (object === 'constructor') {
      // A name like any other: letters only.
      expect(created.status).toBe(201);
      await syncline.call('DELETE', `/v1/sync-configs/${created.body.id}?force=true`);
      continue;
    }
    expect([created.status, ['object_unknown', 'input_invalid'].includes(created.body.code)], object.slice(0, 40)).toEqual([400, true]);
    const listed = await syncline.request('GET', `/v1/records/salesforce/${encodeURIComponent(object)}`);
    expect([400, 404, 405], object.slice(0, 40)).toContain(listed.status);
  }
  expect(
    (await tables()).filter(
      (table) => !before.includes(table) && !table.includes('constructor') && !/\._?syncline/.test(table) && !/_syncline_/.test(table),
    ),
  ).toEqual([]);
});
