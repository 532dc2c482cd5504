import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVault } from '../../src/connect/vault.ts';
import { withTransaction } from '../../src/db/index.ts';
import { claimIdempotencyKey, type IdempotencyCtx } from '../../src/tenancy/index.ts';
import { callerOf, newApplication, startApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const k1 = { id: 'k1', key: Buffer.alloc(32, 7) };
const wanted = { name: 'Server', scopes: ['customers:read'] };

describe('Idempotency-Key', () => {
  test('a repeated request gets the first answer and happens once', async () => {
    const { call } = await newApplication(api);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await call('POST', '/v1/api-keys', wanted, headers);
    const second = await call('POST', '/v1/api-keys', wanted, headers);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect((await call('GET', '/v1/api-keys')).body.data).toHaveLength(2);
  });

  test('twenty at once happen once; nobody gets an answer of another', async () => {
    const { call } = await newApplication(api);
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('POST', '/v1/api-keys', wanted, headers)));
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      answers.every(({ status }) => status === 201) ? new Set() : new Set(['request_in_progress']),
    );
    expect((await call('GET', '/v1/api-keys')).body.data).toHaveLength(2);
  });

  test('the same key with another body, path or caller is not the same request', async () => {
    const { call } = await newApplication(api);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await call('POST', '/v1/api-keys', { ...wanted, scopes: ['all'] }, headers);
    expect((await call('POST', '/v1/api-keys', { ...wanted, name: 'Other' }, headers)).body.code).toBe('idempotency_key_reused');
    expect((await call('POST', '/v1/customer-tokens', { customer_id: 'x' }, headers)).body.code).toBe('idempotency_key_reused');
    const otherCaller = await callerOf(api, first.body.key)('POST', '/v1/api-keys', { ...wanted, scopes: ['all'] }, headers);
    expect(otherCaller.status).toBe(201);
    expect(otherCaller.body.id).not.toBe(first.body.id);
    const otherApplication = await newApplication(api);
    expect((await otherApplication.call('POST', '/v1/api-keys', wanted, headers)).status).toBe(201);
  });

  test('an operator’s creation is repeatable too', async () => {
    const call = callerOf(api, api.operatorKey);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await call('POST', '/v1/applications', { name: 'Once' }, headers);
    expect((await call('POST', '/v1/applications', { name: 'Once' }, headers)).body).toEqual(first.body);
  });

  test('a refusal is not kept: the same key may succeed later', async () => {
    const { call } = await newApplication(api);
    const headers = { 'idempotency-key': randomUUID() };
    expect((await call('POST', '/v1/customer-tokens', { customer_id: 'late' }, headers)).status).toBe(404);
    await call('PUT', '/v1/customers/late', {});
    expect((await call('POST', '/v1/customer-tokens', { customer_id: 'late' }, headers)).status).toBe(201);
  });

  test('while nobody knows what became of the first request, a repetition is refused', async () => {
    const { call } = await newApplication(api);
    const headers = { 'idempotency-key': randomUUID() };
    await call('POST', '/v1/api-keys', wanted, headers);
    await forgetAnswers();
    expect((await call('POST', '/v1/api-keys', wanted, headers)).body.code).toBe('request_in_progress');
    expect((await call('GET', '/v1/api-keys')).body.data).toHaveLength(2);
  });

  /** What a process leaves that dies before it has kept the answer. */
  const forgetAnswers = () => api.db.pool.query('update idempotency_key set answer_sealed = null, answer_key_id = null, status = null');

  test('a request that took effect and lost its answer is not done again: after minutes a repetition is told so', async () => {
    const { call } = await newApplication(api);
    const headers = { 'idempotency-key': randomUUID() };
    await call('POST', '/v1/api-keys', wanted, headers);
    await forgetAnswers();
    api.clock.move(301_000);
    const repeated = await call('POST', '/v1/api-keys', wanted, headers);
    api.clock.move(-301_000);
    expect(repeated).toMatchObject({ status: 409, body: { code: 'answer_lost' } });
    expect((await call('GET', '/v1/api-keys')).body.data).toHaveLength(2);
  });

  test('a request that died before it took effect gives its key back after minutes, to the same request only', async () => {
    const { call } = await newApplication(api);
    const headers = { 'idempotency-key': randomUUID() };
    await call('POST', '/v1/api-keys', wanted, headers);
    await forgetAnswers();
    await api.db.pool.query('update idempotency_key set has_effect = false');
    expect((await call('POST', '/v1/api-keys', wanted, headers)).body.code).toBe('request_in_progress');
    api.clock.move(301_000);
    const other = await call('POST', '/v1/api-keys', { ...wanted, name: 'Other' }, headers);
    const repeated = await call('POST', '/v1/api-keys', wanted, headers);
    const again = await call('POST', '/v1/api-keys', wanted, headers);
    api.clock.move(-301_000);
    expect(other.body.code).toBe('idempotency_key_reused');
    expect(repeated.status).toBe(201);
    expect(again.body).toEqual(repeated.body);
  });

  test('a first request that is overtaken by its own repetition takes no effect beside it', async () => {
    const vault = createVault({ keys: [k1] });
    const actor = { kind: 'api_key' as const, id: 'key_slow', applicationId: 'app_slow', scopes: [] };
    const ctx = { db: api.db, clock: api.clock, actor, vault } as unknown as IdempotencyCtx;
    const asked = { key: randomUUID(), request: { method: 'POST', path: '/v1/api-keys', body: '{}' } };
    const slow = await claimIdempotencyKey(ctx, asked);
    api.clock.move(301_000);
    const repeated = await claimIdempotencyKey(ctx, asked);
    api.clock.move(-301_000);
    if (slow.kind !== 'first' || repeated.kind !== 'first') throw new Error('both were to be the first at their time');
    const took = (witness: typeof slow.witness) => withTransaction({ db: api.db, witness }, async () => 'done');
    expect(await took(repeated.witness)).toBe('done');
    await expect(took(slow.witness)).rejects.toMatchObject({ code: 'request_in_progress' });
  });

  test('an answer that holds records is not kept: what took effect is not done again, and what only looked looks again', async () => {
    const vault = createVault({ keys: [k1] });
    const actor = { kind: 'api_key' as const, id: 'key_looks', applicationId: 'app_looks', scopes: [] };
    const ctx = { db: api.db, clock: api.clock, actor, vault } as unknown as IdempotencyCtx;
    const claimOf = async (key: string) => {
      const claim = await claimIdempotencyKey(ctx, { key, request: { method: 'POST', path: '/v1/x', body: '{}' } });
      if (claim.kind !== 'first') throw new Error('no answer was ever kept');
      return claim;
    };
    const looked = await claimOf('looked');
    await looked.keepNothing(200);
    expect((await claimOf('looked')).kind).toBe('first');
    const acted = await claimOf('acted');
    await withTransaction({ db: api.db, witness: acted.witness }, async () => 'done');
    await acted.keepNothing(200);
    await expect(claimOf('acted')).rejects.toMatchObject({ code: 'answer_lost' });
  });

  test('a secret in a body cannot be guessed from what is kept of the request, and the request is the same under a new key of the vault', async () => {
    const { call } = await newApplication(api);
    const key = randomUUID();
    const body = { name: 'Server', scopes: ['customers:read'] };
    await call('POST', '/v1/api-keys', body, { 'idempotency-key': key });
    const kept = await api.db.pool.query(
      "select encode(request_hash, 'hex') as hash from idempotency_key order by created_at desc limit 1",
    );
    const guesses = [JSON.stringify(body), JSON.stringify(['POST', '/v1/api-keys', JSON.stringify(body)])];
    for (const guess of guesses) expect(kept.rows[0].hash).not.toBe(createHash('sha256').update(guess).digest('hex'));

    const actor = { kind: 'api_key' as const, id: 'key_rotated', applicationId: 'app_rotated', scopes: [] };
    const claimUnder = (keys: (typeof k1)[], given: string) => {
      const ctx = { db: api.db, clock: api.clock, actor, vault: createVault({ keys }) } as unknown as IdempotencyCtx;
      return claimIdempotencyKey(ctx, { key, request: { method: 'POST', path: '/v1/x', body: given } });
    };
    const k2 = { id: 'k2', key: Buffer.alloc(32, 2) };
    const first = await claimUnder([k1], 'secret-1');
    if (first.kind !== 'first') throw new Error('nobody was before it');
    await first.keep({ status: 201, body: 'the answer' });
    expect(await claimUnder([k2, k1], 'secret-1')).toEqual({ kind: 'answered', answer: { status: 201, body: 'the answer' } });
    await expect(claimUnder([k2, k1], 'secret-2')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    // A row of a key that is gone is never taken for this request, and whoever repeats it is not sent to do it twice.
    await expect(claimUnder([k2], 'secret-1')).rejects.toMatchObject({
      code: 'idempotency_key_reused',
      message: expect.stringMatching(/look at what the first one did: under a new key it could happen twice/),
    });
  });

  test('answers are kept sealed, and forgotten after a day', async () => {
    const { call } = await newApplication(api);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await call('POST', '/v1/api-keys', wanted, headers);
    const { rows } = await api.db.pool.query(
      "select encode(answer_sealed, 'escape') as text from idempotency_key where answer_sealed is not null",
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(first.body.key);
    expect(JSON.stringify(rows)).not.toContain(first.body.id);
    api.clock.move(24 * 3600_000 + 1000);
    const later = await call('POST', '/v1/api-keys', wanted, headers);
    api.clock.move(-24 * 3600_000 - 1000);
    expect(later.body.id).not.toBe(first.body.id);
  });

  test.each(['', 'a b', 'ü', 'x'.repeat(256)])('the key %.10j is refused', async (key) => {
    const { call } = await newApplication(api);
    const answer = await call('POST', '/v1/api-keys', wanted, { 'idempotency-key': key }).catch((error: Error) => error);
    if (answer instanceof TypeError) return; // fetch itself refuses to send it
    expect((answer as { status: number }).status).toBe(400);
  });
});
