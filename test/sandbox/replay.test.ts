import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReplay } from '../../sandbox/replay.ts';
import { loadData, readReal } from '../real/index.ts';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { type Answer, caller, tokensFor } from './support.ts';

let sandbox: RunningSandbox;
let expected: Awaited<ReturnType<typeof loadRecordings>>;
beforeAll(async () => {
  sandbox = await startSandbox();
  expected = await loadRecordings(sandbox.control);
});
afterAll(() => sandbox.close());

describe('recorded records, served back', () => {
  it('the listing gives every HubSpot contact in its newest recorded state, value for value', async () => {
    const call = caller(sandbox, (await tokensFor(sandbox, 'hubspot', recordedAccounts.hubspot)).access_token);
    const catalogue = await call('https://api.hubapi.com/crm/v3/properties/contacts');
    const properties = catalogue.body.results.map(({ name }: { name: string }) => name).join(',');
    const served = new Map<string, unknown>();
    let after: string | undefined = '0';
    while (after !== undefined) {
      const page: Answer = await call(`https://api.hubapi.com/crm/v3/objects/contacts?limit=50&after=${after}&properties=${properties}`);
      for (const record of page.body.results) served.set(record.id, record);
      after = page.body.paging?.next.after;
    }
    expect(served.size).toBe(expected.hubspotContacts.length);
    expect(served.size).toBeGreaterThan(100);
    for (const { id, record } of expected.hubspotContacts) expect(served.get(id)).toEqual(record);
  });

  it.each(['Contact', 'Account'] as const)(
    'a query over the described fields gives every Salesforce %s in its newest recorded state',
    async (object) => {
      const call = caller(sandbox, (await tokensFor(sandbox, 'salesforce', recordedAccounts.salesforce)).access_token);
      const instance = `https://${recordedAccounts.salesforce}.my.salesforce.com/services/data/v42.0`;
      const { fields } = (await call(`${instance}/sobjects/${object}/describe`)).body as { fields: { name: string }[] };
      const q = `SELECT ${fields.map(({ name }) => name).join(', ')} FROM ${object} ORDER BY Id`;
      const { body } = await call(`${instance}/query?${new URLSearchParams({ q })}`);
      const wanted = object === 'Contact' ? expected.salesforceContacts : expected.salesforceAccounts;
      expect(body.records).toHaveLength(wanted.length);
      for (const { id, record } of wanted) expect(body.records.find(({ Id }: { Id: string }) => Id === id)).toMatchObject(record);
    },
  );

  it('a sandbox of its own begins with given records', async () => {
    const [{ record } = expected.hubspotContacts[0]!] = expected.hubspotContacts;
    const replay = await createReplay({ hubspot: { account: '42', contacts: [record] } });
    expect((await replay.control.list({ dialect: 'hubspot', account: '42', object: 'contacts' })).records.map(({ id }) => id)).toEqual([
      record.id,
    ]);
    await replay.close();
  });
});

describe('the recordings', () => {
  const manifest = JSON.parse(readReal('MANIFEST.json')) as {
    file: string;
    bytes: number;
    sha256: string;
    licence: string;
    repo: string;
  }[];

  it('are the files of the manifest, byte for byte, with the licence of each source beside them', () => {
    expect(manifest.length).toBeGreaterThan(30);
    for (const { file, bytes, sha256, repo } of manifest) {
      const text = Buffer.from(readReal(file));
      expect([file, text.length, createHash('sha256').update(text).digest('hex')]).toEqual([file, bytes, sha256]);
      expect(readReal(`licences/${repo.replace('/', '-')}.txt`).length).toBeGreaterThan(500);
    }
  });

  it('a missing one throws', () => {
    expect(() => loadData('hubspot/nothing.json')).toThrow('ENOENT');
  });
});
