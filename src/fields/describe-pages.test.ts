import { expect, test } from 'vitest';
import type { FieldsDefinition, Json, RequestSpec } from '../kit/index.ts';
import { describePages } from './describe-pages.ts';
import type { DescribedField } from './suggest.ts';

const fields: FieldsDefinition = {
  request: { method: 'GET', path: '/fields', query: { limit: '2' } },
  cursor: { name: 'cursor', path: 'more.next' },
  reduce: (body) => (body as { data: string[] }).data.map((path) => ({ path, label: path, type: 'text' })),
};

/** Paths that came, queries that were asked with, and what it ended with. */
async function describeAll(definition: FieldsDefinition, answer: (cursor: string | undefined) => Json) {
  const [paths, asked]: [string[], RequestSpec['query'][]] = [[], []];
  const pages = describePages(definition, async ({ query }) => {
    asked.push(query);
    return answer(query?.cursor);
  });
  try {
    for await (const page of pages) paths.push(...page.map(({ path }: DescribedField) => path));
    return { paths, asked, error: null };
  } catch (error) {
    return { paths, asked, error };
  }
}

test('fields of every page are there, each asked for by the cursor of the page before', async () => {
  const pages: Record<string, Json> = { first: { data: ['a', 'b'], more: { next: 'x' } }, x: { data: ['c'], more: { next: null } } };
  const read = await describeAll(fields, (cursor = 'first') => pages[cursor]!);
  expect(read).toEqual({ paths: ['a', 'b', 'c'], asked: [{ limit: '2' }, { limit: '2', cursor: 'x' }], error: null });
});

test('a description without pages is asked for once, whatever stands in it', async () => {
  const { cursor: _, ...single } = fields;
  expect((await describeAll(single, () => ({ data: ['a'], more: { next: 'x' } }))).asked).toHaveLength(1);
});

test('what came before a page that fails stands, and a description without an end has one here', async () => {
  const failing = (cursor: string | undefined): Json => {
    if (cursor !== undefined) throw new Error('down');
    return { data: ['a'], more: { next: 'x' } };
  };
  expect(await describeAll(fields, failing)).toMatchObject({ paths: ['a'], error: new Error('down') });
  const endless = await describeAll(fields, (cursor = '0') => ({ data: [cursor], more: { next: `${Number(cursor) + 1}` } }));
  expect(endless.asked).toHaveLength(20);
  expect(endless.paths).toHaveLength(20);
  expect(String(endless.error)).toContain('more than 20 pages');
});
