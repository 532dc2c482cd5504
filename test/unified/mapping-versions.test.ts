import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { catalog } from '../conformance/support/catalog.ts';

interface Released {
  version: number;
  digest: string;
}

test('a mapping that gives another answer than before says so by its version', async () => {
  const file = new URL('support/mapping-versions.json', import.meta.url);
  const released = JSON.parse(await readFile(file, 'utf8')) as Record<string, Released>;
  const now = Object.fromEntries(
    catalog.list().flatMap(({ name, unified = [] }) =>
      unified.map(({ category, model, object, version, where = null, fields }): [string, Released] => {
        const digest = createHash('sha256')
          .update(JSON.stringify([where, fields]))
          .digest('hex')
          .slice(0, 16);
        return [`${name} ${object}: ${category}/${model}`, { version, digest }];
      }),
    ),
  );
  for (const [name, { version, digest }] of Object.entries(now)) {
    const before = released[name];
    if (before && before.digest !== digest)
      expect(version, `${name} has changed: raise its version, then note both here`).toBeGreaterThan(before.version);
  }
  expect(released, `write the mappings' versions and digests into ${file.pathname}`).toEqual(now);
});
