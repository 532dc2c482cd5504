// Generates sdk/src/generated from openapi.json and builds sdk/dist. `--check` writes nothing into the tree and fails
// when the committed client differs from what the document gives.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from '../sdk/generate.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const committed = path.join(root, 'sdk/src/generated');

if (process.argv.includes('--check')) {
  const fresh = await mkdtemp(path.join(tmpdir(), 'syncline-sdk-'));
  await generate(fresh);
  const differing = await differences(committed, fresh);
  await rm(fresh, { recursive: true });
  if (differing.length > 0) {
    console.error(`sdk/src/generated does not say what openapi.json says: ${differing.join(', ')}. Run \`npm run sdk\` and commit it.`);
    process.exitCode = 1;
  }
} else {
  await generate(committed);
  build();
}

/** TypeScript 7, the one that checks everything else. */
function build(): void {
  const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = path.join(path.dirname(compiler), 'bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', path.join(root, 'sdk')], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

async function differences(a: string, b: string): Promise<string[]> {
  const names = new Set([...(await filesOf(a)), ...(await filesOf(b))]);
  const differing = await Promise.all(
    [...names].map(async (name) => ((await textOf(path.join(a, name))) === (await textOf(path.join(b, name))) ? [] : [name])),
  );
  return differing.flat().toSorted();
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

function textOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
