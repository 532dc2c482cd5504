import { readdir } from 'node:fs/promises';

const folder = new URL('../../providers/', import.meta.url);

/** The default exports of `providers/<name>/index.ts` and `providers/<name>.ts`. They are checked by `createCatalog`. */
export async function loadProviders(): Promise<unknown[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.flatMap((entry) => {
    if (entry.isDirectory()) return [`${entry.name}/index.ts`];
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [entry.name] : [];
  });
  return Promise.all(
    files.sort().map(async (file) => {
      const loaded: { default?: unknown } = await import(new URL(file, folder).href);
      if (loaded.default === undefined) throw new Error(`providers/${file} has no default export; it must export defineProvider({ … }).`);
      return loaded.default;
    }),
  );
}
