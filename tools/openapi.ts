// Writes openapi.json from the routes. `--check` writes nothing and fails when the committed document differs.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openapiDocument } from '../src/api/openapi-document.ts';

const target = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'openapi.json');
const text = `${JSON.stringify(openapiDocument(), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '');
  if (committed !== text) {
    console.error('openapi.json does not say what the routes say. Run `npm run openapi`, look at the difference and commit it.');
    process.exitCode = 1;
  }
} else {
  await writeFile(target, text);
}
