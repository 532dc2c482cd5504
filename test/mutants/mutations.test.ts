import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { mutations } from './mutations.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

test('every mutation still finds its place in the code, and is named in the guarantees', () => {
  const guarantees = read('docs/guarantees.md');
  expect(new Set(mutations.map(({ id }) => id)).size).toBe(mutations.length);
  for (const { id, edits, test: named } of mutations) {
    for (const { file, find } of edits) expect(read(file).split(find).length - 1, `${id}: places in ${file}`).toBe(1);
    expect(guarantees, id).toContain(`| \`${id}\` |`);
    expect(guarantees, id).toContain(`\`${named.file}\``);
  }
});

test('every promise that is kept today has mutations, and the guarantees name no others', () => {
  expect([...new Set(mutations.map(({ promise }) => promise))].sort()).toEqual([1, 10, 2, 3, 4, 7, 8, 9]);
  const named = [...read('docs/guarantees.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
  expect(named.sort()).toEqual(mutations.map(({ id }) => id).sort());
});
