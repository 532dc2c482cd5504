import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Exchange, loadData, loadExchanges, pathOf, readReal } from '../real/index.ts';
import { newestSalesforceRecords } from '../real/newest.ts';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { caller, tokensFor } from './support.ts';

const instance = 'https://acme-dev-ed.my.salesforce.com';
const account = { dialect: 'salesforce', account: 'acme-dev-ed' } as const;
let sandbox: RunningSandbox;
/** A generated organisation, and the recorded one. */
let call: ReturnType<typeof caller>;
let recorded: ReturnType<typeof caller>;

beforeAll(async () => {
  sandbox = await startSandbox();
  await loadRecordings(sandbox.control);
  call = caller(sandbox, (await tokensFor(sandbox, 'salesforce', account.account)).access_token);
  recorded = caller(sandbox, (await tokensFor(sandbox, 'salesforce', recordedAccounts.salesforce)).access_token);
});
afterAll(() => sandbox.close());

const query = (q: string, verb = 'query') => call(`${instance}/services/data/v60.0/${verb}?${new URLSearchParams({ q })}`);
const exchanges = loadExchanges('salesforce/recorded');
const urlOf = ({ request }: Exchange) => (request.query ? `${request.url}?${new URLSearchParams(request.query)}` : request.url);

describe('recorded requests', () => {
  it('every recorded SOQL query is understood, and its answer has the recorded members and headers', async () => {
    const queries = exchanges.filter((one) => pathOf(one).endsWith('/query'));
    expect(queries.length).toBeGreaterThan(100);
    let withRecords = 0;
    for (const exchange of queries) {
      const answer = await recorded(urlOf(exchange));
      expect([exchange.place, answer.status]).toEqual([exchange.place, 200]);
      expect(Object.keys(answer.body)).toEqual(Object.keys(exchange.response.body as object));
      for (const name of Object.keys(exchange.response.headers)) expect([name, answer.headers.has(name)]).toEqual([name, true]);
      expect(answer.headers.get('content-type')).toBe(exchange.response.headers['content-type']);
      const [wanted] = (exchange.response.body as { records: object[] }).records;
      const [got] = answer.body.records;
      if (!wanted || !got) continue;
      expect(Object.keys(got)).toEqual(Object.keys(wanted));
      withRecords++;
    }
    expect(withRecords).toBeGreaterThan(20);
  });

  it('describe answers what was recorded, and a generated one has the same members of the same types', async () => {
    for (const name of ['Contact', 'Account']) {
      const exchange = exchanges.findLast((one) => pathOf(one).endsWith(`/sobjects/${name}/describe`))!;
      const loaded = await recorded(exchange.request.url);
      expect(loaded.body).toEqual(exchange.response.body);
      for (const header of ['etag', 'last-modified', 'sforce-limit-info']) expect(loaded.headers.has(header)).toBe(true);

      const generated = (await call(`${instance}/services/data/v60.0/sobjects/${name}/describe`)).body;
      const wanted = exchange.response.body as { fields: Record<string, unknown>[] };
      // sobjectDescribeOption came with some objects only.
      const names = (value: object) =>
        Object.keys(value)
          .filter((key) => key !== 'sobjectDescribeOption')
          .sort();
      expect(names(generated)).toEqual(names(wanted));
      const typeOf = (value: unknown) => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);
      const recordedTypes = new Map<string, Set<string>>();
      for (const field of wanted.fields) {
        for (const [key, value] of Object.entries(field))
          recordedTypes.set(key, (recordedTypes.get(key) ?? new Set(['null'])).add(typeOf(value)));
      }
      for (const field of generated.fields) {
        expect(Object.keys(field)).toEqual(Object.keys(wanted.fields[0]!));
        for (const [key, value] of Object.entries(field))
          expect([key, [...recordedTypes.get(key)!]]).toEqual([key, expect.arrayContaining([typeOf(value)])]);
      }
      // Fields that both have describe themselves alike where a sync looks.
      for (const field of wanted.fields) {
        const twin = generated.fields.find((one: { name: string }) => one.name === field.name);
        const facts = ({ type, soapType, length, filterable, sortable, compoundFieldName, referenceTo }: Record<string, unknown>) => ({
          type,
          soapType,
          length,
          filterable,
          sortable,
          compoundFieldName,
          isReference: (referenceTo as unknown[]).length > 0,
        });
        if (twin && field.compoundFieldName === twin.compoundFieldName)
          expect([field.name, facts(twin)]).toEqual([field.name, facts(field)]);
      }
    }
  });

  it('a get gives every field of the newest recorded state', async () => {
    let compared = 0;
    for (const object of ['Contact', 'Account'] as const) {
      for (const { id, record } of newestSalesforceRecords(object)) {
        const shown = exchanges.findLast((one) => pathOf(one).endsWith(`/sobjects/${object}/${id}`) && one.response.status === 200);
        if (!shown || record.SystemModstamp === undefined) continue;
        const answer = await recorded(shown.request.url);
        expect(answer.body).toEqual(record);
        expect(answer.headers.get('last-modified')).toBe(shown.response.headers['last-modified']);
        compared++;
      }
    }
    expect(compared).toBe(11);
  });

  it('what does not exist is the recorded 404', async () => {
    const missing = exchanges.find(({ response }) => response.status === 404)!;
    const answer = await call(
      missing.request.url.replace(recordedAccounts.salesforce, account.account).replace(/\w{18}$/, '0034S00000ZZZZZQAO'),
    );
    expect([answer.status, answer.body]).toEqual([404, missing.response.body]);
  });

  it('sessions, versions and object lists answer as the examples do', async () => {
    const expired = await caller(sandbox, 'nonsense')(`${instance}/services/data/v60.0/query?q=SELECT+Id+FROM+Contact`);
    expect([expired.status, expired.body]).toEqual([401, loadData('salesforce/examples/expired_session_response.json')]);
    const shape = (value: unknown) => Object.keys((value as object[])[0]!).sort();
    const versions = await caller(sandbox, null)('https://login.salesforce.com/services/data');
    expect(shape(versions.body)).toEqual(shape(loadData('salesforce/examples/services_data_success_response.json')));
    const listed = loadData<{ sobjects: object[] }>('salesforce/examples/list_sobjects_success_response.json');
    const { body } = await call(`${instance}/services/data/v60.0/sobjects`);
    expect(shape(body.sobjects)).toEqual(shape(listed.sobjects));
  });

  it('the error of an unknown field has the recorded wording', async () => {
    const [example] = loadData<{ message: string; errorCode: string }[]>('salesforce/examples/write_error_response.json');
    const { status, body } = await query('SELECT foo FROM Contact');
    expect([status, body]).toEqual([400, [{ message: example!.message.replace('Bar', 'Contact'), errorCode: example!.errorCode }]]);
    expect(readReal('salesforce/examples/query_error_response.json')).toContain('INVALID_FIELD');
  });
});

describe('SOQL', () => {
  it.each([
    ["SELECT Id FROM Contact WHERE Email = 'CONTACT.7@example.com'", 1],
    ["SELECT Id FROM Contact WHERE Email IN ('contact.7@example.com', 'contact.8@example.com', 'none')", 2],
    ["SELECT Id FROM Contact WHERE Email NOT IN ('contact.7@example.com')", 119],
    ["SELECT Id FROM Contact WHERE Email LIKE 'contact.1_@example.com'", 10],
    ["SELECT Id FROM Contact WHERE Email LIKE 'contact.11%'", 11],
    ['SELECT Id FROM Contact WHERE Fax = null', 120],
    ['SELECT Id FROM Contact WHERE Email != null', 120],
    ['SELECT Id FROM Contact WHERE IsEmailBounced = true', 0],
    ["SELECT Id FROM Contact WHERE NOT Email = 'contact.7@example.com'", 119],
    ["SELECT Id FROM Contact WHERE (Email = 'contact.7@example.com' OR Email = 'contact.8@example.com') AND Phone != null", 2],
    ['SELECT Id FROM Contact WHERE SystemModstamp >= 2024-01-01T00:01:57.000Z', 7],
    ['SELECT Id FROM Contact WHERE SystemModstamp > 2024-01-01T01:01:57+01:00', 4],
    ['SELECT Id FROM Contact WHERE SystemModstamp >= 2024-01-01T00:01:57Z AND SystemModstamp < 2024-01-01T00:02:00Z', 3],
    ['SELECT Id FROM Contact WHERE Birthdate < 1980-03-01', 120],
    ['SELECT Id FROM Contact WHERE Score__c >= 0 LIMIT 3', 3],
    ['SELECT Id FROM Contact LIMIT 5 OFFSET 118', 2],
    ['select id from contact where systemmodstamp = 2024-01-01T00:01:57Z', 3],
    ['SELECT count() FROM Opportunity', 60],
    ['SELECT Id, Amount__c FROM Invoice__c', 25],
  ])('%s finds %i', async (soql, count) => {
    const { status, body, text } = await query(soql);
    expect([status, body.totalSize ?? text]).toEqual([200, count]);
  });

  it('sorts by several fields, down and up, nulls first or last', async () => {
    await sandbox.control.create({ ...account, object: 'Task__c', fields: { Name: 'b', Amount__c: 1 } });
    await sandbox.control.setSize({ ...account, object: 'Task__c', size: 0 });
    for (const fields of [
      { Name: 'a', Amount__c: 2 },
      { Name: 'c', Amount__c: null },
      { Name: 'A', Amount__c: 3 },
    ])
      await sandbox.control.create({ ...account, object: 'Task__c', fields });
    const names = async (order: string) =>
      (await query(`SELECT Name, Amount__c FROM Task__c ORDER BY ${order}`)).body.records
        .map(({ Name, Amount__c }: Record<string, unknown>) => `${Name}${Amount__c}`)
        .join(' ');
    expect(await names('Name DESC, Amount__c')).toBe('cnull b1 a2 A3');
    expect(await names('Amount__c DESC NULLS LAST')).toBe('A3 a2 b1 cnull');
    expect(await names('Amount__c')).toBe('cnull b1 a2 A3');
  });

  it.each([
    ['SELECT FROM Contact', 'MALFORMED_QUERY'],
    ['SELECT Id Contact', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Contact WHERE Email = 'open", 'MALFORMED_QUERY'],
    ["SELECT Id FROM Contact WHERE Email == 'x'", 'MALFORMED_QUERY'],
    ["SELECT Id FROM Contact WHERE Email = 'x' AND Phone = 'y' OR Fax = 'z'", 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact WHERE SystemModstamp = LAST_N_DAYS:3', 'MALFORMED_QUERY'],
    ['SELECT Id, (SELECT Id FROM Cases) FROM Contact', 'MALFORMED_QUERY'],
    ['SELECT COUNT(Id) FROM Contact', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact GROUP BY Id', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact;', 'MALFORMED_QUERY'],
    ['DELETE FROM Contact', 'MALFORMED_QUERY'],
    ['', 'MALFORMED_QUERY'],
    [`SELECT Id FROM Contact WHERE ${'('.repeat(60)}Id = null${')'.repeat(60)}`, 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact LIMIT -1', 'MALFORMED_QUERY'],
    ['SELECT * FROM Contact', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Contact WHERE Nothing__c = 'x'", 'INVALID_FIELD'],
    ['SELECT Id, Id FROM Contact', 'INVALID_FIELD'],
    ['SELECT Account.Name FROM Contact', 'INVALID_FIELD'],
    ["SELECT Id FROM Contact WHERE SystemModstamp >= '2024-01-01T00:00:00Z'", 'INVALID_FIELD'],
    ['SELECT Id FROM Contact WHERE Email = 7', 'INVALID_FIELD'],
    ['SELECT Id FROM Contact ORDER BY MailingAddress', 'INVALID_FIELD'],
    ['SELECT Id FROM Strangers', 'INVALID_TYPE'],
    ['SELECT Id FROM Contact LIMIT 1 OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE'],
  ])('%s → %s', async (soql, errorCode) => {
    const { status, body } = await query(soql);
    expect([status, body]).toEqual([400, [{ message: expect.any(String), errorCode }]]);
  });
});

describe('pages', () => {
  it('come 2,000 at a time with nextRecordsUrl, every record once, numbers as written', async () => {
    await sandbox.control.setSize({ ...account, object: 'Contact', size: 4500 });
    const first = await query('SELECT Id, Ledger_Number__c, Score__c FROM Contact ORDER BY Id');
    const example = loadData<object>('salesforce/examples/query_paginated_first_page_response.json');
    expect(Object.keys(first.body)).toEqual(Object.keys(example));
    expect(first.text).toMatch(/"Ledger_Number__c":9007199254740\d{3,4},"Score__c":\d+\.10/);
    const ids = new Set<string>();
    let page = first;
    for (;;) {
      for (const { Id } of page.body.records) ids.add(Id);
      if (page.body.done) break;
      expect(page.body.records).toHaveLength(2000);
      page = await call(`${instance}${page.body.nextRecordsUrl}`);
    }
    expect([ids.size, first.body.totalSize, 'nextRecordsUrl' in page.body]).toEqual([4500, 4500, false]);
    const small = await call(`${instance}/services/data/v60.0/query?q=SELECT+Id+FROM+Contact`, {
      headers: { 'sforce-query-options': 'batchSize=200' },
    });
    expect(small.body.records).toHaveLength(200);
    await sandbox.control.setSize({ ...account, object: 'Contact', size: 120 });
  });

  it('an expired, unknown or foreign locator is INVALID_QUERY_LOCATOR', async () => {
    const big = { dialect: 'salesforce', account: 'big-org' } as const;
    const ask = caller(sandbox, (await tokensFor(sandbox, 'salesforce', 'big-org')).access_token);
    await sandbox.control.setSize({ ...big, object: 'Account', size: 2500 });
    const { body } = await ask('https://big-org.my.salesforce.com/services/data/v60.0/query?q=SELECT+Id+FROM+Account');
    await sandbox.control.fault({ match: big, fault: { kind: 'page_expired' } });
    const next = `https://big-org.my.salesforce.com${body.nextRecordsUrl}`;
    expect((await ask(next)).body).toEqual([{ message: 'invalid query locator', errorCode: 'INVALID_QUERY_LOCATOR' }]);
    expect((await ask(next)).body.done).toBe(true);
    expect((await call(`${instance}${body.nextRecordsUrl}`)).status).toBe(400);
  });

  it('queryAll shows deleted records with IsDeleted, query does not', async () => {
    const { ids } = await sandbox.control.delete({ ...account, object: 'Opportunity', count: 2 });
    expect((await query('SELECT Id FROM Opportunity')).body.totalSize).toBe(58);
    const { body } = await query('SELECT Id, IsDeleted FROM Opportunity WHERE IsDeleted = true', 'queryAll');
    expect(body.records.map(({ Id }: { Id: string }) => Id)).toEqual(ids);
    expect((await call(`${instance}/services/data/v60.0/sobjects/Opportunity/${ids[0]}`)).status).toBe(404);
  });

  it('a limit is REQUEST_LIMIT_EXCEEDED, a malformed record stands in the list', async () => {
    await sandbox.control.fault({ match: account, fault: { kind: 'rate_limited' } });
    await sandbox.control.fault({ match: account, fault: { kind: 'malformed', record: 'missing_id' }, skip: 1 });
    expect(await query('SELECT Id FROM User')).toMatchObject({ status: 403, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }] });
    expect((await query('SELECT Id FROM User')).body.records).toHaveLength(6);
  });
});
