// npm runs this after `npm install`/`npm ci`, also with --omit=dev, where the Prisma CLI is absent.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundledNode, linkNode, root } from './node.mjs';
import { markPrepared } from './stamp.mjs';

linkNode();
const cli = findPrismaCli();
if (cli) {
  generate(cli);
  buildSdk();
  markPrepared(['install', 'generate']);
} else if (!existsSync(join(root, 'src/db/generated/client.ts')))
  console.warn('Prisma CLI not installed and no generated client: run `npm install` with dev dependencies once.');

/** sdk/dist, so that `import '@syncline/sdk'` works in the clone. */
function buildSdk() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  finish(spawnSync(bundledNode() ?? process.execPath, [tsc, '-p', join(root, 'sdk')], { cwd: root, encoding: 'utf8' }));
}

function findPrismaCli() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js');
  } catch {
    return undefined; // --omit=dev
  }
}

function generate(cli) {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' };
  finish(spawnSync(bundledNode() ?? process.execPath, [cli, 'generate'], { cwd: root, encoding: 'utf8', env }));
}

function finish(result) {
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  process.exit(result.status || 1);
}
