import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { earlySchemasOf, findEarlySchemas } from '../tools/layers/early-schemas.ts';
import { importsOf, readSources } from '../tools/layers/read-imports.ts';
import { findViolations } from '../tools/layers/rules.ts';

const root = path.resolve(import.meta.dirname, '..');

test('imports go down the floors of the house, everywhere', () => {
  const sources = readSources(root);
  expect(sources.length).toBeGreaterThan(50);
  expect(findViolations(sources)).toEqual([]);
});

describe('an import against the floors is answered with a sentence that teaches', () => {
  test.each([
    ['src/hub/a.ts', 'src/engine/b.ts', 'hub lies below engine'],
    ['src/hub/a.ts', 'src/connect/b.ts', 'hub and connect share a floor'],
    ['src/api/a.ts', 'src/db/index.ts', 'api is a face'],
    ['src/api/a.ts', 'pg', 'api is a face'],
    ['src/api/a.ts', 'src/portal/b.ts', 'api and portal share a floor'],
    ['src/attic/a.ts', 'src/base/b.ts', 'attic is no room of the house'],
    ['src/engine/a.ts', 'sandbox/b.ts', 'src stands on its own'],
    ['providers/acme/index.ts', 'src/base/errors.ts', 'a provider speaks #kit and nothing else'],
    ['providers/acme/index.ts', 'node:fs', 'a provider is data and pure functions'],
    ['sandbox/a.ts', 'src/kit/index.ts', 'sandbox may import from sandbox only'],
    ['sdk/src/a.ts', 'src/base/errors.ts', 'sdk/src may import from sdk/src only'],
  ])('%s may not import %s', (file, imported, sentence) => {
    expect(findViolations([{ file, imports: [imported] }])).toEqual([expect.stringContaining(sentence)]);
  });

  test.each([
    ['src/engine/a.ts', 'src/hub/types.ts'],
    ['src/hub/a.ts', 'src/hub/b.ts'],
    ['src/compose.ts', 'src/api/index.ts'],
    ['src/main.ts', 'src/main/all.ts'],
    ['providers/acme/index.ts', 'src/kit/index.ts'],
    ['providers/acme/index.ts', 'providers/acme/objects.ts'],
  ])('%s may import %s', (file, imported) => {
    expect(findViolations([{ file, imports: [imported] }])).toEqual([]);
  });
});

test('every way to import is seen: values, types, side effects, re-exports and import()', () => {
  const text = `import a from './a.ts';
import type { B } from './b.ts';
import {
  c,
} from '../kit/c.ts';
import './d.ts';
export { e } from './e.ts';
export type * from './f.ts';
const g = await import('./g.ts');
let h: import('./h.ts').H;
import kit from '#kit';`;
  expect(importsOf(text, 'src/hub/x.ts').sort()).toEqual(
    ['a', 'b', 'd', 'e', 'f', 'g', 'h']
      .map((name) => `src/hub/${name}.ts`)
      .concat('src/kit/c.ts', 'src/kit/index.ts')
      .sort(),
  );
});

describe('the API describes only schemas that were made with its own zod', () => {
  test('and does so everywhere', () => {
    expect(findEarlySchemas(root, readSources(root))).toEqual([]);
  });

  test.each([
    [`import { z } from 'zod';`, 'take z from @hono/zod-openapi'],
    [`import { nameInput } from '../../fields/input.ts';\nconst a = nameInput.openapi({});`, 'describes nameInput'],
    [`import { a, keys as b } from '../../fields/input.ts';\nconst c = b.name\n  .openapi({});`, 'describes b'],
    [`import * as all from '../../fields/input.ts';\nconst c = all.name.openapi({});`, 'describes all'],
  ])('%s is refused', (text, sentence) => {
    expect(earlySchemasOf('src/api/routes/a.ts', text)).toEqual([expect.stringContaining(sentence)]);
  });

  test.each([
    `import { z } from '@hono/zod-openapi';\nconst a = z.string().openapi({});`,
    `import { ZodError, type z } from 'zod';`,
    `import { text } from '../../base/text.ts';\nconst a = text(3).openapi({});`,
    `import { nameInput } from '../../fields/input.ts';\nconst a = ours(nameInput).openapi({});\nconst b = nameInput.optional().openapi({});`,
    `import { idField } from '../wire/common.ts';\nconst a = idField.openapi({});`,
    `import type { a } from '../../base/text.ts';\nconst b = (a: never) => a.openapi({});`,
  ])('%s is taken', (text) => {
    expect(earlySchemasOf('src/api/routes/a.ts', text)).toEqual([]);
  });
});
