import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/faults.ts';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { caller, readAll } from './support.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const list = 'https://sandbox.test/crm/v1/contacts?limit=10';

async function with1(account: string, fault: Fault, more: { skip?: number; times?: number | null } = {}) {
  await sandbox.control.fault({ match: { account }, fault, ...more });
  return caller(sandbox, `key_${account}`);
}

describe('faults on command', () => {
  it.each([
    [{ kind: 'rate_limited', retryAfterSeconds: 7 }, 429],
    [{ kind: 'unauthorized' }, 401],
    [{ kind: 'forbidden' }, 403],
    [{ kind: 'server_error' }, 500],
    [{ kind: 'server_error', status: 502 }, 502],
  ] satisfies [Fault, number][])('%j answers once, then the truth again', async (fault, status) => {
    const call = await with1(`once-${status}`, fault);
    expect((await call(list)).status).toBe(status);
    expect((await call(list)).status).toBe(200);
  });

  it('429 carries Retry-After as seconds, as a date of the account’s clock, or not at all', async () => {
    await sandbox.control.configure({ account: 'limits', clockOffsetMs: 3_600_000 });
    await with1('limits', { kind: 'rate_limited', retryAfterSeconds: 7 });
    await with1('limits', { kind: 'rate_limited', retryAfterSeconds: 30, as: 'date' });
    const call = await with1('limits', { kind: 'rate_limited', as: 'none' });
    expect((await call(list)).headers.get('retry-after')).toBe('7');
    const dated = await call(list);
    const wait = Date.parse(dated.headers.get('retry-after')!) - Date.parse(dated.headers.get('date')!);
    expect(Math.abs(wait - 30_000)).toBeLessThanOrEqual(1000);
    expect((await call(list)).headers.get('retry-after')).toBeNull();
  });

  it('hit the page that is meant, the object that is meant, and stand until they are cleared', async () => {
    const call = await with1('nth', { kind: 'server_error' }, { skip: 2, times: null });
    expect([(await call(list)).status, (await call(list)).status, (await call(list)).status, (await call(list)).status]).toEqual([
      200, 200, 500, 500,
    ]);
    await sandbox.control.clearFaults({ account: 'nth' });
    expect((await call(list)).status).toBe(200);
    await sandbox.control.fault({ match: { account: 'nth', object: 'deals' }, fault: { kind: 'server_error' }, times: null });
    expect((await call(list)).status).toBe(200);
    expect((await call('https://sandbox.test/crm/v1/deals')).status).toBe(500);
    expect((await caller(sandbox, 'key_other')('https://sandbox.test/crm/v1/deals')).status).toBe(200);
  });

  it('pages are as short as the account says, and overlap on command: records come twice, none is skipped', async () => {
    await sandbox.control.configure({ account: 'overlap', pageRecordsMax: 8 });
    const call = await with1('overlap', { kind: 'overlapping' }, { skip: 1 });
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const page = (await call(`https://sandbox.test/crm/v1/deals?limit=1000${cursor}`)).body as {
        data: { id: string }[];
        next_cursor: string | null;
      };
      ids.push(...page.data.map(({ id }) => id));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect([ids.length, new Set(ids).size]).toEqual([64, 60]);
    expect(ids.slice(14, 18)).toEqual([ids[14], ids[15], ids[12], ids[13]]);
  });

  it('hit only requests with a page token, or only those without', async () => {
    await sandbox.control.fault({ match: { account: 'first', hasPageToken: false }, fault: { kind: 'empty' }, times: null });
    const call = caller(sandbox, 'key_first');
    expect((await call(list)).body).toMatchObject({ data: [], has_more: false });
    await sandbox.control.clearFaults({ account: 'first' });
    await sandbox.control.fault({ match: { account: 'first', hasPageToken: true }, fault: { kind: 'server_error' } });
    const { next_cursor: cursor } = (await call(list)).body as { next_cursor: string };
    expect((await call(`${list}&cursor=${cursor}`)).status).toBe(500);
  });

  it('cut the connection before the answer or in the middle of its body', async () => {
    await expect((await with1('cut', { kind: 'cut' }))(list)).rejects.toThrow('fetch failed');
    await expect((await with1('cut', { kind: 'cut', at: 'half' }))(list)).rejects.toThrow('terminated');
    const writer = await with1('cut', { kind: 'cut', at: 'processed' });
    await expect(writer('https://sandbox.test/crm/v1/owners', { method: 'POST', json: { name: 'kept' } })).rejects.toThrow('fetch failed');
    expect((await sandbox.control.list({ account: 'cut', object: 'owners' })).records.at(-1)?.fields).toEqual({ name: 'kept' });
  });

  it('answer slowly', async () => {
    const call = await with1('slow', { kind: 'slow', delayMs: 300 });
    const started = performance.now();
    expect((await call(list)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  it('expire a page token, and spare requests without one', async () => {
    const call = await with1('expired', { kind: 'page_expired' });
    const first = await call(list);
    expect(first.status).toBe(200);
    const expired = await call(`${list}&cursor=${first.body.next_cursor}`);
    expect([expired.status, expired.body.error.code]).toEqual([410, 'cursor_expired']);
    expect((await call(`${list}&cursor=${first.body.next_cursor}`)).status).toBe(200);
  });

  it('answer 200 with nothing, and 200 with nonsense', async () => {
    await with1('empty', { kind: 'empty' });
    const call = await with1('empty', { kind: 'not_json' });
    expect((await call(list)).body).toEqual({ data: [], next_cursor: null, has_more: false });
    expect((await call(list)).text).toContain('<html>');
    expect((await call(list)).body.data).toHaveLength(10);
  });

  it.each([
    ['missing_id', /\{"note":"no id"\}\]/],
    ['null_id', /\{"id":null\}\]/],
    ['nul_char', /before\\u0000after/],
    ['lone_surrogate', /broken \\ud83d here/],
    ['huge_number', /"amount":1e400000\}/],
    ['deep_nesting', /\[{20000}\]{20000}/],
    ['ten_megabytes', 'x'.repeat(10 * 1024 * 1024)],
    ['not_an_object', /,"just a text"\]/],
  ] as const)('put a record with %s into the list', async (record, part) => {
    const call = await with1(`odd-${record.replaceAll('_', '-')}`, { kind: 'malformed', record });
    const { status, text } = await call(list);
    expect([status, typeof part === 'string' ? text.includes(part) : part.test(text)]).toEqual([200, true]);
  });

  it('change records between two pages', async () => {
    const call = await with1('between', {
      kind: 'mutate',
      operations: [
        { operation: 'delete', object: 'contacts', id: 'con_0000000002' },
        { operation: 'update', object: 'contacts', id: 'con_0000000050', fields: { title: 'Moved' } },
        { operation: 'create', object: 'contacts', fields: { title: 'New' } },
        { operation: 'remove', object: 'contacts', id: 'con_0000000099' },
      ],
    });
    const records = await readAll(call, '/crm/v1/contacts', 25);
    const ids = records.map(({ id }) => id);
    expect(records).toHaveLength(120);
    expect(ids).toContain('con_0000000002');
    expect(ids).not.toContain('con_0000000099');
    expect(records[49]).toMatchObject({ title: 'Moved' });
    expect(records.at(-1)).toMatchObject({ title: 'New' });
  });

  it('serve a stored text whatever it holds', async () => {
    await sandbox.control.createRaw({ account: 'raw', object: 'contacts', id: 'con_raw', raw: '{"id":"con_raw","note":"\\u0000"}' });
    const { text } = await caller(sandbox, 'key_raw')('https://sandbox.test/crm/v1/contacts?limit=1000');
    expect(text).toContain('{"id":"con_raw","note":"\\u0000"}');
  });
});

describe('limits and the log', () => {
  it('refuse what is above the account’s own limit, until its window ends', async () => {
    await sandbox.control.configure({ account: 'busy', rateLimit: { requests: 3, windowSeconds: 1 } });
    const call = caller(sandbox, 'key_busy');
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await call(list)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await call(list);
    expect([refused.headers.get('retry-after'), refused.headers.get('x-ratelimit-remaining')]).toEqual(['1', '0']);
    await expect.poll(async () => (await call(list)).status, { interval: 300, timeout: 30_000 }).toBe(200);
  });

  it('every request of an account is written down with its fault', async () => {
    const call = await with1('logged', { kind: 'server_error' }, { skip: 1 });
    await call(list);
    await call(list);
    expect(await sandbox.control.requests({ account: 'logged' })).toMatchObject([
      { method: 'GET', path: '/crm/v1/contacts', query: 'limit=10', status: 200, faults: [], bytes: expect.any(Number) },
      { status: 500, faults: ['server_error'] },
    ]);
  });

  it('an unknown verb and a wrong name are refused in words', async () => {
    await expect(sandbox.control.create({ account: 'x', object: 'strangers' })).rejects.toThrow('no object strangers');
    await expect(sandbox.control.setSize({ account: '../x', object: 'contacts', size: 1 })).rejects.toThrow('account is no account name');
    await expect(sandbox.control.fault({ fault: { kind: 'earthquake' } as unknown as Fault })).rejects.toThrow('Unknown fault earthquake');
  });
});
