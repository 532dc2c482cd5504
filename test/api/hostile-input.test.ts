import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, openapi, operations } from '../support/openapi.ts';
import { bodiesOf, createWorld, pathOf, type World } from './support/world.ts';

let world: World;
let bodies: ReturnType<typeof bodiesOf>;
let key: string;
beforeAll(async () => {
  world = await createWorld();
  bodies = bodiesOf(world.ids);
  key = world.syncline.apiKey;
});
afterAll(() => world.close());

type Schema = Record<string, unknown> & { properties?: Record<string, Schema>; items?: Schema; type?: string | string[] };

const named = operations.map((operation) => [operation.operationId, operation] as const);
const withBody = named.filter(([, { body }]) => body !== undefined);

/** Text that has hurt somebody somewhere. None of it may become an error of ours, a SQL statement or a path. */
const oddTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x'.repeat(100_000),
  "' or '1'='1",
  "'; drop table customer; --",
  '$(reboot)',
  '../../etc/passwd',
  '%00',
  '%',
  '🦆\u202e\u200b\ufeff',
  '__proto__',
  'constructor',
  '{"a":1}',
  'null',
  '-1',
  '1e309',
  '9'.repeat(40),
  'NaN',
];
/** What can stand in a path at all. */
const pathTexts = oddTexts.filter((odd) => odd !== '' && odd.isWellFormed() && odd.length < 10_000);
const wrongTypes = [null, true, 0, -1, 1.5, 1e300, '', 'text', [], {}, [null], [[]], { a: { b: 1 } }];

/** Requests in flight: enough to keep the server busy, few enough for its pool. */
const atOnce = 8;

async function each<T>(cases: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = cases.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of left) await work(one);
    }),
  );
}

async function expectRefused(sent: Parameters<World['send']>[0], what: string) {
  const { status, body } = await world.send(sent);
  expect([status, body.code], what).toEqual([400, 'input_invalid']);
  expect(body.errors.length, what).toBeGreaterThan(0);
}

function resolved(schema: Schema): Schema {
  const ref = schema.$ref as string | undefined;
  return ref === undefined ? schema : (openapi.components.schemas[ref.split('/').at(-1)!] as Schema);
}

/** What JSON schema says is not of this type, of the values above. */
function notOf(schema: Schema, values: unknown[]): unknown[] {
  const types = [resolved(schema).type ?? []].flat();
  return values.filter((value) => !types.includes(typeOf(value)) && !(typeOf(value) === 'integer' && types.includes('number')));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
}

describe('X17 hostile input', () => {
  test.each(withBody)('%s refuses fields that it does not know, and has not acted', async (id, operation) => {
    const unchanged = await world.snapshot();
    const members = JSON.stringify(bodies[id]).slice(1, -1);
    await each(['nonsense', '__proto__', 'constructor', 'application_id', 'a\u0000b', '🦆'], async (field) => {
      const body = JSON.parse(`{${members}${members && ','}${JSON.stringify(field)}:1}`);
      await expectRefused({ ...sentTo(operation), body }, field);
    });
    expect(await world.snapshot()).toBe(unchanged);
  });

  test.each(withBody)('%s refuses wrong types in every field, and has not acted', async (id, operation) => {
    const unchanged = await world.snapshot();
    const whole: unknown[] = wrongTypes.filter((value) => typeOf(value) !== 'object');
    const single = fieldsOf(operation).flatMap(([field, of]) => notOf(of, wrongTypes).map((value) => ({ ...bodies[id], [field]: value })));
    const listed = fieldsOf(operation).flatMap(([field, of]) =>
      of.items ? notOf(resolved(of.items), wrongTypes).map((value) => ({ ...bodies[id], [field]: [value] })) : [],
    );
    await each([...whole, ...single, ...listed], (body) => expectRefused({ ...sentTo(operation), body }, JSON.stringify(body)));
    expect(await world.snapshot()).toBe(unchanged);
  });

  test.each(withBody)('%s answers odd text in every field without a failure on our side', async (id, operation) => {
    const cases = fieldsOf(operation)
      .filter(([, of]) => [of.type].flat().some((type) => type === 'string' || type === 'array'))
      .flatMap(([field, of]) => oddTexts.map((text) => ({ text, body: { ...bodies[id], [field]: of.type === 'array' ? [text] : text } })));
    await each(cases, async ({ text, body }) => {
      const { status } = await world.send({ ...sentTo(operation), body });
      const what = JSON.stringify(body).slice(0, 200);
      expect(status, what).toBeLessThan(500);
      if (text.includes('\u0000') || text.length > 10_000) expect(status, what).toBe(400);
    });
  });

  test.each(named.filter(([, { path }]) => path.includes('{')))(
    '%s answers odd ids without a failure on our side',
    async (id, operation) => {
      const cases = [...operation.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => pathTexts.map((text) => ({ name: name!, text })));
      await each(cases, async ({ name, text }) => {
        const path = pathOf(operation, world.ids, { [name]: text });
        const { status } = await world.send({ ...sentTo(operation), path, body: bodies[id] });
        // A customer's id is the vendor's to choose; every other id is ours, and such a one does not exist.
        if (name === 'customer_id') expect(status, `${name} ${text}`).toBeLessThan(500);
        else expect([400, 404, 405], `${name} ${text}`).toContain(status);
      });
    },
  );

  test.each(named.filter(([, { parameters, method }]) => method === 'GET' && parameters.some((parameter) => parameter.in === 'query')))(
    '%s answers odd queries without a failure on our side',
    async (_id, operation) => {
      const names = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
      const cases = names.flatMap((name) => oddTexts.filter((odd) => odd.length < 10_000).map((text) => ({ name, text })));
      await each(cases, async ({ name, text }) => {
        const { status } = await world.send({ ...sentTo(operation), query: { [name]: text } });
        expect(status, `${name}=${text}`).toBeLessThan(500);
        if (name === 'page_size' || text.includes('\u0000') || text === '') expect(status, `${name}=${text}`).toBe(400);
      });
    },
  );

  test.each(named)('%s refuses queries that it does not know', async (id, operation) => {
    await expectRefused({ ...sentTo(operation), body: bodies[id], query: { nonsense: '1' } }, id);
  });

  function sentTo(operation: Operation) {
    const isOperators = operation.security.some((scheme) => 'operatorKey' in scheme);
    return { method: operation.method, path: pathOf(operation, world.ids), key: isOperators ? world.syncline.operatorKey : key };
  }
});

function fieldsOf({ body }: Operation): [string, Schema][] {
  return Object.entries(resolved(body as Schema).properties ?? {}).map(([field, of]) => [field, resolved(of)]);
}
