// What was prepared, and from what: `node_modules/.syncline-stamp.json`. It lies in node_modules so that deleting or half
// installing that folder forgets it. Plain JavaScript without dependencies: it must work on old hosts.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node.mjs';

const file = join(root, 'node_modules', '.syncline-stamp.json');
const generated = join(root, 'src', 'db', 'generated', 'client.ts');

/** @param {'install' | 'generate'} step */
export function isPrepared(step) {
  if (step === 'generate' && !existsSync(generated)) return false;
  return readStamp()[step] === digests()[step];
}

/** @param {('install' | 'generate')[]} steps */
export function markPrepared(steps) {
  if (!existsSync(join(root, 'node_modules'))) return;
  const now = digests();
  const stamp = { ...readStamp(), ...Object.fromEntries(steps.map((step) => [step, now[step]])) };
  writeFileSync(file, `${JSON.stringify(stamp)}\n`);
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {}; // absent or cut short: prepare again
  }
}

function digests() {
  return {
    install: digest([
      readFileSync(join(root, 'package-lock.json'), 'utf8'),
      dependenciesOf('package.json'),
      dependenciesOf('sdk/package.json'),
      `${process.platform}-${process.arch}`,
    ]),
    generate: digest([readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8'), dependenciesOf('package.json')]),
  };
}

/** Scripts and descriptions may change without a new installation. */
function dependenciesOf(path) {
  const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(readFileSync(join(root, path), 'utf8'));
  return JSON.stringify({ dependencies, devDependencies, optionalDependencies, overrides });
}

function digest(texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}
