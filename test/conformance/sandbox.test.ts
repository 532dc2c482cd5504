import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compilePath, readPath } from '../../src/base/path.ts';
import { openBatch } from '../../src/engine/inbound/join-records.ts';
import { isKeyless, type JsonObject, type ObjectDefinition, type ProviderDefinition, type RequestSpec } from '../../src/kit/index.ts';
import { type Dialect, tokensFor } from '../sandbox/support.ts';
import { localUrl, type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { catalog, dialectOf } from './support/catalog.ts';
import { type Answer, liveById, readAll, startOf } from './support/read-all.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

/** A plain client: adds base URL and token, and nothing else. */
async function clientOf(provider: ProviderDefinition, account: string) {
  const { access_token, ...captured } = await tokensFor(sandbox, dialectOf(provider.name), account);
  const base = provider.api.baseUrl.replace(/\{(\w+)\}/g, (_, name: string) => String(captured[name]));
  return async ({ method, path, query = {}, headers = {}, json }: RequestSpec): Promise<Answer & { status: number }> => {
    const url = `${localUrl(base + path, sandbox.originOverrides)}${Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`}`;
    const sent = new Headers({ ...headers, authorization: `Bearer ${access_token}`, 'x-original-host': new URL(base).host });
    if (json !== undefined) sent.set('content-type', 'application/json');
    const response = await fetch(url, { method, headers: sent, ...(json === undefined ? {} : { body: JSON.stringify(json) }) });
    const answer = { status: response.status, body: await response.text(), headers: Object.fromEntries(response.headers) };
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${answer.body}`);
    return answer;
  };
}

const objects = catalog.list().flatMap((provider) => {
  const names = [...Object.keys(provider.objects), ...(provider.anyObject ? [provider.anyObject.example] : [])];
  return names.map((object): [string, string, ProviderDefinition, ObjectDefinition] => [
    provider.name,
    object,
    provider,
    catalog.object(provider.name, object),
  ]);
});

/** The account as it really is: ids of live records, by the name that the provider's records give them. */
async function truth(dialect: string, account: string, object: string): Promise<Map<string, JsonObject>> {
  const { records } = await sandbox.control.list({ dialect: dialect as Dialect, account, object });
  return new Map(
    records
      .filter(({ deletedAt }) => deletedAt === null || keepsDeleted.has(`${dialect} ${object}`))
      .map(({ id, fields }) => [hubIdOf(object, id), fields as JsonObject]),
  );
}

/** Nobody deletes these: a canceled subscription and a charge stay. */
const keepsDeleted = new Set(['stripe subscriptions', 'stripe charges']);

/** Whether the record has the member, be it null. A null stands for whatever could be in it. */
function hasPath(record: JsonObject, path: string): boolean {
  const [segments] = compilePath(path).alternatives;
  let value: unknown = record;
  for (const segment of segments!) {
    if (value === null) return true;
    if (typeof value !== 'object' || !Object.hasOwn(value as object, segment)) return false;
    value = (value as Record<string, unknown>)[segment];
  }
  return true;
}

/** How the hub names what the sandbox calls so: composite keys, and ids below a parent. */
function hubIdOf(object: string, id: string): string {
  if (object === 'line_items') return JSON.stringify(id.split(':'));
  return object === 'readings' ? readingId(id) : id;
}

function readingId(id: string): string {
  const [region, number] = id.split(':');
  return `[${JSON.stringify(region)},${number}]`;
}

describe.each(objects)('%s %s', (name, object, provider, definition) => {
  const dialect = dialectOf(name);
  const account = `${name}-${object.toLowerCase()}`.replaceAll('_', '-');
  const where = { dialect, account, object };

  test('a full read in small pages gives exactly the records of the account', async () => {
    const ask = await clientOf(provider, account);
    const { parent } = definition;
    const below = parent ? { parentIds: [...(await truth(dialect, account, parent.object)).keys()] } : {};
    const { records, quarantined } = await readAll({ object, definition, kind: 'full', pageSize: parent ? 1 : 7, ask, ...below });
    const live = await truth(dialect, account, object);
    expect(quarantined).toEqual([]);
    expect(live.size).toBeGreaterThan(0);
    // Without a key they can only be counted.
    if (isKeyless(definition)) expect(records).toHaveLength(live.size);
    else expect(new Set(records.map(({ id }) => id))).toEqual(new Set(live.keys()));
    const hasTime = definition.record.modifiedAt !== undefined;
    expect(records.every(({ isDeleted, modifiedAt }) => !isDeleted && (modifiedAt !== null) === hasTime)).toBe(true);
  });

  if (definition.keys)
    test('a listing of keys names exactly what exists, and shows less than the records', async () => {
      const ask = await clientOf(provider, `${account}-keys`);
      const at = { ...where, account: `${account}-keys` };
      await sandbox.control.createMany({ ...at, count: 2 });
      await sandbox.control.delete({ ...at, count: 2 });
      const { records, quarantined } = await readAll({ object, definition, kind: 'keys', pageSize: 7, ask });
      const live = await truth(dialect, at.account, object);
      expect(quarantined).toEqual([]);
      expect(records.map(({ id }) => id).sort()).toEqual([...live.keys()].sort());
      const whole = await readAll({ object, definition, kind: 'full', ask });
      const bytesOf = (all: typeof records) => all.reduce((sum, { raw }) => sum + raw.length, 0);
      expect(bytesOf(records)).toBeLessThan(bytesOf(whole.records));
    });

  if (definition.incremental)
    test('an incremental read brings what was created, changed and deleted since, and little else', async () => {
      const ask = await clientOf(provider, account);
      const before = await readAll({ object, definition, kind: 'full', ask });
      const { ids } = await sandbox.control.createMany({ ...where, count: 3 });
      await sandbox.control.update({ ...where, ids: ids.slice(0, 1) });
      const gone = [...(await truth(dialect, account, object)).keys()]
        .slice(0, 2)
        .map((id) => (object === 'readings' ? (JSON.parse(id) as unknown[]).join(':') : id));
      await sandbox.control.delete({ ...where, ids: gone });

      const changed = await readAll({ object, definition, kind: 'incremental', since: before.highest, ask });
      const live = liveById([...before.records, ...changed.records]);
      const real = await truth(dialect, account, object);
      // Salesforce users are never deleted, so they carry no mark.
      const isMarked = Object.hasOwn(JSON.parse(String(before.records[0]!.raw)) as object, definition.record.isDeleted ?? '');
      const isSignalled = definition.deletions !== undefined || isMarked;
      expect(new Set(live.keys())).toEqual(new Set(isSignalled ? real.keys() : [...real.keys(), ...gone]));
      // A filter that takes a day brings the whole day.
      if ((definition.incremental!.filterStepSeconds ?? 0) < 3600) expect(changed.records.length).toBeLessThan(12);
      expect(changed.highest === before.highest).toBe(false);
    });

  if (definition.delta)
    test('a feed of changes brings what was created, changed and deleted since it was taken up, and goes on behind that', async () => {
      const ask = await clientOf(provider, `${account}-feed`);
      const at = { ...where, account: `${account}-feed` };
      await sandbox.control.create(at);
      const start = await startOf(definition, ask);
      const before = await readAll({ object, definition, kind: 'full', ask });
      const { ids } = await sandbox.control.createMany({ ...at, count: 3 });
      await sandbox.control.update({ ...at, ids: ids.slice(0, 1) });
      await sandbox.control.delete({ ...at, count: 2 });

      const since = start ?? before.position;
      const changed = await readAll({ object, definition, kind: 'delta', since, pageSize: 2, ask });
      const live = liveById([...before.records, ...changed.records]);
      const real = await truth(dialect, at.account, object);
      expect(new Set(live.keys())).toEqual(new Set(real.keys()));
      expect(changed.quarantined).toEqual([]);
      expect(changed.position).not.toBe(since);
      const again = await readAll({ object, definition, kind: 'delta', since: changed.position, pageSize: 2, ask });
      expect(again.records).toEqual([]);
    });

  if (definition.fields)
    test('what it describes stands in its records, and casts to what it says', async () => {
      const ask = await clientOf(provider, account);
      const { request, reduce } = definition.fields!;
      const described = reduce(JSON.parse(String((await ask(request)).body)));
      const { records } = await readAll({ object, definition, kind: 'full', ask });
      const all = records.map(({ raw }) => JSON.parse(raw.toString()) as JsonObject);
      expect(new Set(described.map(({ path }) => path)).size).toBe(described.length);
      for (const { path, type } of described) {
        const values = all.map((record) => readPath(record, compilePath(path))).filter((value) => value !== null && value !== undefined);
        expect(
          all.some((record) => hasPath(record, path)),
          `${object} ${path}`,
        ).toBe(true);
        if (type === 'integer')
          expect(
            values.every((value) => Number.isInteger(Number(value))),
            `${path} as integer`,
          ).toBe(true);
        if (type === 'number')
          expect(
            values.every((value) => !Number.isNaN(Number(value))),
            `${path} as number`,
          ).toBe(true);
        if (type === 'boolean')
          expect(
            values.every((value) => /^(true|false)$/.test(String(value))),
            `${path} as boolean`,
          ).toBe(true);
        if (type === 'time' || type === 'date')
          expect(
            values.every((value) => !Number.isNaN(Date.parse(String(value)))),
            `${path} as time`,
          ).toBe(true);
        if (type === 'text')
          expect(
            values.every((value) => typeof value !== 'object'),
            `${path} as text`,
          ).toBe(true);
      }
    });

  if (definition.batch)
    test('a batch shows what is there as the listing does, and leaves out what was deleted', async () => {
      const ask = await clientOf(provider, account);
      const { batch } = definition;
      const { records } = await readAll({ object, definition, kind: 'full', ask });
      const prepare = batch!.prepare;
      const prepared = prepare ? prepare.reduce(JSON.parse(String((await ask(prepare.request)).body))) : null;
      const [gone, ...there] = records.slice(0, 4);
      await sandbox.control.delete({ ...where, id: gone!.id });
      const { body } = await ask(
        batch!.request(
          [gone!, ...there].map(({ id }) => id),
          prepared,
        ),
      );
      const { records: found, isWhole } = openBatch(Buffer.from(body), batch!, definition);
      expect(isWhole).toBe(true);
      expect([...found.keys()].sort()).toEqual(there.map(({ id }) => id).sort());
      for (const { id, raw } of there) expect(JSON.parse(found.get(id)!.toString())).toEqual(JSON.parse(raw.toString()));
    });

  if (definition.get && !keepsDeleted.has(`${dialect} ${object}`))
    test('a get by id finds what is there and not what was deleted', async () => {
      const ask = await clientOf(provider, account);
      const { records } = await readAll({ object, definition, kind: 'full', ask });
      const [there, gone] = [records.at(-1)!.id, records.at(-2)!.id];
      await sandbox.control.delete({ ...where, id: object === 'readings' ? (JSON.parse(gone) as unknown[]).join(':') : gone });
      expect((await ask(definition.get!(there))).status).toBe(200);
      // API v2 of Pipedrive shows a deleted record for 30 days, with its mark.
      if (dialect === 'pipedrive' && !['leads', 'notes', 'users'].includes(object))
        expect(JSON.parse(String((await ask(definition.get!(gone))).body)).data.is_deleted).toBe(true);
      // Stripe shows a stub of a deleted customer.
      else if (object === 'customers') expect(JSON.parse(String((await ask(definition.get!(gone))).body)).deleted).toBe(true);
      else await expect(ask(definition.get!(gone))).rejects.toThrow(': 404');
    });
});

test.each(catalog.list().map((provider) => [provider.name, provider] as const))(
  '%s says whose account it is',
  async (name, { account, ...provider }) => {
    const ask = await clientOf({ account, ...provider }, 'acme');
    const body = JSON.parse(String((await ask(account.request)).body)) as JsonObject;
    expect(readPath(body, compilePath(account.id)), name).toEqual(expect.anything());
  },
);

test('H67 an integer id beyond 2^53 is read digit by digit', async () => {
  const ask = await clientOf(catalog.provider('sandbox'), 'digits');
  const { records } = await readAll({ object: 'revisions', definition: catalog.object('sandbox', 'revisions'), kind: 'full', ask });
  expect(records.map(({ id }) => id)).toContain('9007199254740995');
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
});

describe('a listing that only has pages by number over a mutable order', () => {
  const object = 'offset_notes';
  const definition = catalog.object('sandbox', object);

  test.each([
    ['H55 deleting', async (account: string, id: string) => void (await sandbox.control.remove({ account, object, id }))],
    ['H54 changing', async (account: string, id: string) => void (await sandbox.control.update({ account, object, id }))],
  ])('%s a record that was already read hides no other one', async (name, disturb) => {
    const account = name.replace(' ', '-');
    const ask = await clientOf(catalog.provider('sandbox'), account);
    const all = [...(await truth('sandbox', account, object)).keys()];
    let asked = 0;
    const disturbed = async (spec: RequestSpec) => {
      if (asked > 0 && asked < 6) await disturb(account, all[asked * 2]!);
      asked++;
      return ask(spec);
    };
    const { records } = await readAll({ object, definition, kind: 'full', pageSize: 10, ask: disturbed });
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(all));
  });

  test('more records of one moment than fit a page are all read', async () => {
    const where = { account: 'note-ties', object };
    await sandbox.control.createMany({ ...where, count: 35, updatedAt: '2025-01-01T00:00:00.000Z' });
    const ask = await clientOf(catalog.provider('sandbox'), where.account);
    const { records } = await readAll({ object, definition, kind: 'incremental', since: '2025-01-01T00:00:00.000Z', pageSize: 10, ask });
    expect(new Set(records.map(({ id }) => id)).size).toBe(35);
  });
});
