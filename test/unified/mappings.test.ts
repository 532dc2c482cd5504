import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { compileMapper } from '../../src/base/mapping/evaluate.ts';
import type { Expr } from '../../src/base/mapping/expr.ts';
import { type Source, type SourceRow, sourcesOf } from '../../src/base/mapping/sources.ts';
import { createCatalog, models } from '../../src/catalog/index.ts';
import type { ProviderDefinition, UnifiedMapping } from '../../src/kit/index.ts';
import { mappingsFor } from '../../src/unified/mappings.ts';
import { modelOf } from '../../src/unified/models.ts';
import { catalog } from '../conformance/support/catalog.ts';

const all = models.flatMap((model) => mappingsFor(catalog.list(), model.category, model.name).map((one) => ({ ...one, model })));

/** A row in which every scalar is this text and every list has these elements. */
function rowOf(entries: readonly Source[], text: string | null): SourceRow {
  return entries.map((source) =>
    source.kind === 'each' ? (text === null ? null : [rowOf(source.inner.entries, text)]) : text,
  ) as SourceRow;
}

test('B10 (read) missing optional fields are null, nested arrays empty, and an unknown value of an enumeration is OTHER', () => {
  let enumerations = 0;
  for (const { model, provider, mapping } of all) {
    const sources = sourcesOf(mapping).entries;
    const map = compileMapper(mapping);
    const absent = map(rowOf(sources, null));
    const unknown = map(rowOf(sources, 'never heard of'));
    expect(Object.keys(absent)).toEqual(Object.keys(model.fields));
    for (const [name, field] of Object.entries(model.fields)) {
      const place = `${provider} ${model.name}.${name}`;
      const value: unknown = JSON.parse(absent[name]!);
      if (field.type === 'list') expect(value, place).toEqual([]);
      else expect(value === null || isGivenAnyway(mapping.fields[name]!, value), place).toBe(true);
      if (field.type === 'list' || !field.values) continue;
      const given: unknown = JSON.parse(unknown[name]!);
      expect(given === null || field.values.includes(String(given)), `${place} ${given}`).toBe(true);
      if ('oneOf' in mapping.fields[name]!) {
        enumerations++;
        expect(given, place).toBe('OTHER');
      }
    }
  }
  expect(enumerations).toBe(5);
});

/** What does not depend on the record is there without one. */
function isGivenAnyway(expr: Expr, value: unknown): boolean {
  if ('constant' in expr) return expr.constant === value;
  return 'when' in expr && expr.otherwise !== undefined && isGivenAnyway(expr.otherwise, value);
}

test('every model has the same fields at every provider, in the same order; one that nobody has is no empty list of mappings by mistake', () => {
  const mapped = Object.groupBy(all, ({ model }) => `${model.category}/${model.name}`);
  const providers = Object.fromEntries(
    Object.entries(mapped).map(([name, list]) => [name, list!.map(({ provider, object }) => `${provider} ${object}`)]),
  );
  expect(providers).toEqual({
    'crm/contact': ['hubspot contacts', 'pipedrive persons', 'salesforce Contact'],
    'crm/account': ['hubspot companies', 'pipedrive organizations', 'salesforce Account'],
    'crm/opportunity': ['hubspot deals', 'pipedrive deals', 'salesforce Opportunity'],
    'crm/lead': ['pipedrive leads', 'salesforce Lead'],
    'crm/user': ['hubspot owners', 'pipedrive users', 'salesforce User'],
    'crm/engagement': ['pipedrive activities', 'salesforce Event', 'salesforce Task'],
    'crm/note': ['pipedrive notes', 'salesforce Note'],
    'crm/task': ['pipedrive activities', 'salesforce Task'],
    'accounting/contact': ['stripe customers'],
    'accounting/invoice': ['stripe invoices'],
    'accounting/item': ['stripe products'],
    'accounting/payment': ['stripe charges'],
  });
  expect(() => modelOf('crm', 'ticket')).toThrow(/no unified model "crm\/ticket"\. Available: crm\/contact/);
});

test('relations name models of their category, and every model can be read by name', () => {
  for (const model of models) {
    expect(modelOf(model.category, model.name)).toBe(model);
    for (const field of Object.values(model.fields))
      for (const one of field.type === 'list' ? Object.values(field.item) : [field])
        if (one.relation !== undefined) expect(modelOf(model.category, one.relation).category).toBe(model.category);
  }
});

test('the page about unified models names every model with its fields and the values of its enumerations', async () => {
  const page = await readFile(new URL('../../docs/unified-models.md', import.meta.url), 'utf8');
  const common = ['remote_created_at', 'remote_updated_at'];
  for (const { category, name, fields } of models) {
    const words = Object.entries(fields).flatMap(([field, { type, ...rest }]) => {
      if (common.includes(field)) return [];
      const values = 'values' in rest && rest.values ? rest.values.slice(0, -1) : [];
      return [`\`${field}\`${values.length > 0 ? ` (${values.join(', ')})` : ''}`];
    });
    expect(page).toContain(`| \`${category}/${name}\` | ${words.join(', ')} |`);
  }
  for (const name of common) expect(page).toContain(`\`${name}\``);
});

test('the mappings that the page shows are taken as they stand there', async () => {
  const page = await readFile(new URL('../../docs/unified-models.md', import.meta.url), 'utf8');
  const read = (text: string) => runInNewContext(`(${text})`);
  const shown = read(page.split('```ts\n')[1]!.split('```')[0]!);
  const list = read(`{ ${page.match(/`(phones: \{ each: .*)`\.$/m)![1]} }`);
  const ofContact = { ...shown, model: 'contact', fields: list };
  const provider: ProviderDefinition = { ...catalog.provider('pipedrive'), unified: [shown, ofContact] };
  expect(createCatalog({ environment: 'production', providers: [provider] }).list()).toHaveLength(1);
});

const stripe = catalog.provider('stripe');
const contact = stripe.unified!.find(({ model }) => model === 'contact')!;

test.each<[string, Partial<UnifiedMapping>, RegExp]>([
  ['a model that there is not', { model: 'ticket' }, /unified\.0: there is no model accounting ticket/],
  ['an object that there is not', { object: 'tickets' }, /there is no object tickets/],
  ['a field that the model has not', { fields: { nickname: { text: 'a' } } }, /fields\.nickname: the model has no such field/],
  ['a type that the field has not', { fields: { is_customer: { text: 'a' } } }, /gives text, and the field is boolean/],
  ['a path with an empty segment', { fields: { name: { text: 'a..b' } } }, /unified\.0/],
  [
    'values that the model has not',
    { fields: { status: { oneOf: { text: 'a' }, values: { on: 'ON' }, other: 'OTHER' } } },
    /has no value ON/,
  ],
  ['an enumeration that lets others through', { fields: { status: { text: 'a' } } }, /use oneOf/],
  [
    'an enumeration without a word for what is unknown',
    { fields: { status: { oneOf: { text: 'a' }, values: { on: 'ACTIVE' } } } },
    /use oneOf/,
  ],
  ['members that entries have not', { fields: { emails: { list: [{ address: { text: 'a' } }] } } }, /entries of the model have no address/],
  ['parts of two types', { fields: { name: { first: [{ text: 'a' }, { number: 'a' }] } } }, /its parts give text and number/],
  ['a text made of numbers', { fields: { name: { join: [{ number: 'a' }], separator: '' } } }, /made of texts only/],
  ['needs that no entry has', { fields: { emails: { list: [{ email: { text: 'a' } }], needs: ['type'] } } }, /needs type/],
])('a mapping with %s is refused at the start, with its place', (_, change, problem) => {
  const broken: ProviderDefinition = { ...stripe, unified: [{ ...contact, ...change } as UnifiedMapping] };
  expect(() => createCatalog({ environment: 'production', providers: [broken] })).toThrow(problem);
});
