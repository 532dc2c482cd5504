import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadData, loadExchanges } from '../real/index.ts';
import { everyRecordedState, newestPipedrivePersons } from '../real/pipedrive.ts';
import { loadRecordings, recordedAccounts } from '../support/replay.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { type Answer, caller, tokensFor } from './support.ts';

const api = 'https://acme.pipedrive.com/api/v2';
const at = { dialect: 'pipedrive', account: 'acme' } as const;
let sandbox: RunningSandbox;
/** A generated company, and the recorded one. */
let call: ReturnType<typeof caller>;
let recorded: ReturnType<typeof caller>;

beforeAll(async () => {
  sandbox = await startSandbox();
  await loadRecordings(sandbox.control);
  call = caller(sandbox, (await tokensFor(sandbox, 'pipedrive', 'acme')).access_token);
  recorded = caller(sandbox, (await tokensFor(sandbox, 'pipedrive', recordedAccounts.pipedrive)).access_token);
});
afterAll(() => sandbox.close());

/** All pages of a list, or those behind a cursor. */
async function readAll(ask: typeof call, url: string, from: string | null = null): Promise<{ id: number; [field: string]: unknown }[]> {
  const records: { id: number; [field: string]: unknown }[] = [];
  let cursor = from;
  do {
    const page: Answer = await ask(cursor === null ? url : `${url}&cursor=${cursor}`);
    if (page.status !== 200) throw new Error(page.text);
    records.push(...page.body.data);
    cursor = page.body.additional_data.next_cursor;
  } while (cursor !== null);
  return records;
}

describe('recorded persons, served back', () => {
  it('the list gives every one in its newest recorded state, value for value, page by page', async () => {
    const expected = newestPipedrivePersons().map(({ record }) => record);
    expect(expected).toHaveLength(8);
    const served = await readAll(recorded, `https://${recordedAccounts.pipedrive}.pipedrive.com/api/v2/persons?limit=3`);
    expect(served).toEqual(expected.toSorted((a, b) => a.id - b.id));
  });

  it('a generated person has the members of a recorded one, and custom fields of 40 digits', async () => {
    const { body } = await call(`${api}/persons?limit=1`);
    const [generated] = body.data;
    const [{ person } = { person: {} }] = everyRecordedState();
    expect(Object.keys(generated).sort()).toEqual(Object.keys(person).sort());
    for (const key of Object.keys(generated.custom_fields)) expect(key).toMatch(/^[0-9a-f]{40}$/);
  });

  it('answers carry the recorded headers', async () => {
    const [exchange] = loadExchanges('pipedrive/recorded');
    const { headers } = await call(`${api}/persons?limit=1`);
    for (const name of Object.keys(exchange!.response.headers)) expect([name, headers.has(name)]).toEqual([name, true]);
  });

  it('the user says which company it is, by the number that the recordings show', async () => {
    const { body } = await recorded('https://api.pipedrive.com/v1/users/me');
    expect(body.data.company_id).toBe(7812793);
    expect((await recorded('https://api.pipedrive.com/api/v1/users/me')).body).toEqual(body);
  });
});

describe('the table of endpoints', () => {
  const { v2 } = loadData<{ v2: { method: string; path: string; query: string[] }[] }>('pipedrive/endpoints.json');

  it.each([
    ['/persons', 'persons', ['updated_since=2024-01-01T00:00:00Z', 'updated_until=2024-01-02T00:00:00Z', 'owner_id=1', 'org_id=1']],
    ['/deals', 'deals', ['status=open', 'updated_since=2024-01-01T00:00:00Z', 'person_id=1', 'org_id=1', 'pipeline_id=1', 'stage_id=1']],
    ['/deals/archived', 'deals/archived', ['status=open,won', 'updated_since=2024-01-01T00:00:00Z']],
    ['/activities', 'activities', ['done=true', 'updated_since=2024-01-01T00:00:00Z', 'deal_id=1', 'person_id=1', 'org_id=1']],
    ['/products', 'products', ['owner_id=1']],
  ])('%s and its parameters exist at Pipedrive, and nothing else is accepted', async (path, name, more) => {
    const operation = v2.find((one) => one.method === 'GET' && one.path === path)!;
    const parameters = ['limit=1', 'ids=1,2', 'sort_by=id', 'sort_direction=asc', ...more];
    for (const parameter of parameters) {
      expect(operation.query).toContain(parameter.split('=')[0]);
      expect([parameter, (await call(`${api}/${name}?${parameter}`)).status]).toEqual([parameter, 200]);
    }
    expect((await call(`${api}/${name}?start=0`)).body).toMatchObject({ success: false, code: 'ERR_SCHEMA_VALIDATION_FAILED' });
    expect((await call(`${api}/${name}?nonsense=1`)).status).toBe(400);
  });

  it('products have no filter by change, as the table says', async () => {
    expect(v2.find((one) => one.path === '/products')!.query).not.toContain('updated_since');
    expect((await call(`${api}/products?updated_since=2024-01-01T00:00:00Z`)).status).toBe(400);
  });
});

describe('what v2 refuses', () => {
  it.each([
    ['a page beyond 500', 'persons?limit=501'],
    ['an empty page', 'persons?limit=0'],
    ['an order that does not exist', 'persons?sort_by=name'],
    ['a direction that does not exist', 'persons?sort_direction=up'],
    ['a time with a fraction', 'persons?updated_since=2024-01-01T00:00:00.000Z'],
    ['a time without a zone', 'persons?updated_since=2024-01-01T00:00:00'],
    ['a status that does not exist', 'deals?status=archived'],
    ['the status of what has none', 'persons?status=deleted'],
    ['a cursor that it did not give', 'persons?cursor=nonsense'],
    ['16 custom fields', `persons?custom_fields=${Array.from({ length: 16 }, (_, i) => i).join(',')}`],
    ['101 ids', `persons?ids=${Array.from({ length: 101 }, (_, i) => i).join(',')}`],
  ])('%s', async (_name, path) => {
    const { status, body } = await call(`${api}/${path}`);
    expect([status, body.success, body.data]).toEqual([400, false, null]);
  });

  it('a cursor of one order in another', async () => {
    const { body } = await call(`${api}/persons?limit=1`);
    const cursor = body.additional_data.next_cursor;
    expect(JSON.parse(Buffer.from(cursor, 'base64url').toString())).toEqual({ field: 'id', fieldValue: 2, sortDirection: 'asc', id: 2 });
    expect((await call(`${api}/persons?sort_by=update_time&cursor=${cursor}`)).status).toBe(400);
  });

  it('unknown paths and ids, and paths of v1 that went', async () => {
    for (const path of [
      'https://acme.pipedrive.com/v2/persons',
      'https://acme.pipedrive.com/v1/persons',
      `${api}/leads`,
      `${api}/persons/archived`,
      `${api}/persons/999`,
    ])
      expect([path, (await call(path)).status]).toEqual([path, 404]);
    expect((await call(`${api}/persons/999`)).body).toMatchObject({ success: false, error: 'Person not found', data: null });
  });

  it('no token, another company’s host, and a scope that the app was not registered for', async () => {
    const anonymous = await caller(sandbox, null)(`${api}/persons`);
    expect([anonymous.status, anonymous.body]).toEqual([
      401,
      { success: false, error: 'unauthorized access', errorCode: 401, error_info: 'Please check developers.pipedrive.com' },
    ]);
    expect((await call('https://other.pipedrive.com/api/v2/persons')).status).toBe(401);
    expect((await call('https://api.pipedrive.com/api/v2/persons')).status).toBe(200);
    const { access_token } = await tokensFor(sandbox, 'pipedrive', 'narrow', 'base deals:read');
    const narrow = caller(sandbox, access_token);
    expect((await narrow('https://narrow.pipedrive.com/api/v2/deals')).status).toBe(200);
    expect((await narrow('https://narrow.pipedrive.com/api/v2/persons')).status).toBe(403);
  });
});

describe('limits', () => {
  it('the burst window stands in the headers of every answer, and a used-up day in that of the refusal', async () => {
    const where = { ...at, account: 'limited' };
    const ask = caller(sandbox, (await tokensFor(sandbox, 'pipedrive', 'limited')).access_token);
    const url = 'https://limited.pipedrive.com/api/v2/persons?limit=1';
    await sandbox.control.configure({ ...where, rateLimit: { requests: 1, windowSeconds: 60 } });
    const first = await ask(url);
    const second = await ask(url);
    const reported = ({ headers }: Answer) => ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`));
    expect([first.status, reported(first)]).toEqual([200, ['1', '0', '60']]);
    expect([second.status, reported(second), second.headers.get('retry-after')]).toEqual([429, ['1', '0', '60'], null]);
    await sandbox.control.configure({ ...where, rateLimit: null, dailyLimit: 1 });
    const daily = await ask(url);
    expect([daily.status, daily.headers.get('x-daily-ratelimit-token-remaining')]).toEqual([429, '0']);
  });
});

describe('changes and deletes', () => {
  it('updated_since is inclusive, and pages in the order of change meet ties once', async () => {
    const all = await readAll(call, `${api}/persons?sort_by=update_time&updated_since=2024-01-01T00:00:21Z&limit=3`);
    const times = all.map(({ update_time }) => String(update_time));
    expect(times[0]).toBe('2024-01-01T00:00:21Z');
    expect(times).toEqual(times.toSorted());
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all).toHaveLength(101);
  });

  it('what changes while it is read is met again at the end, and nothing is lost', async () => {
    const where = { ...at, account: 'moving', object: 'persons' };
    const ask = caller(sandbox, (await tokensFor(sandbox, 'pipedrive', 'moving')).access_token);
    const url = 'https://moving.pipedrive.com/api/v2/persons?sort_by=update_time&limit=50';
    const first = await ask(url);
    await sandbox.control.update({ ...where, id: '1' });
    await sandbox.control.update({ ...where, id: '51' });
    const rest = await readAll(ask, url, first.body.additional_data.next_cursor);
    expect(rest.slice(-2).map(({ id }) => id)).toEqual([1, 51]);
    expect(new Set([...first.body.data, ...rest].map(({ id }) => id)).size).toBe(120);
  });

  it('a deleted deal is listed by its status for 30 days, and by nothing else; got by its id it shows its mark', async () => {
    const object = 'deals';
    await sandbox.control.delete({ ...at, object, id: '3' });
    const long = new Date(Date.now() - 31 * 24 * 3600 * 1000).toISOString();
    await sandbox.control.delete({ ...at, object, id: '4', updatedAt: long });
    const ids = async (query: string) => (await readAll(call, `${api}/deals${query}`)).map(({ id }) => id);
    expect(await ids('?status=deleted')).toEqual([3]);
    expect(await ids('?limit=500')).not.toContain(3);
    expect(await ids('?status=open,deleted')).toContain(3);
    expect((await call(`${api}/deals/3`)).body.data).toMatchObject({ id: 3, is_deleted: true });
    expect((await call(`${api}/deals/4`)).status).toBe(404);
  });

  it('an archived deal moves from one list to the other', async () => {
    const ids = async (path: string) => (await readAll(call, `${api}/${path}?limit=500`)).map(({ id }) => id);
    expect(await ids('deals/archived')).toEqual([10, 20, 30, 40, 50, 60]);
    await sandbox.control.update({ ...at, object: 'deals', id: '11', fields: { is_archived: true } });
    expect(await ids('deals')).not.toContain(11);
    expect(await ids('deals/archived')).toContain(11);
  });

  it('a deleted person is in no list', async () => {
    await sandbox.control.delete({ ...at, object: 'persons', id: '7' });
    for (const query of ['?limit=500', '?limit=500&sort_by=update_time&updated_since=2024-01-01T00:00:00Z', '?ids=7'])
      expect((await readAll(call, `${api}/persons${query}`)).map(({ id }) => id)).not.toContain(7);
    expect((await call(`${api}/persons/7`)).body.data.is_deleted).toBe(true);
  });
});
