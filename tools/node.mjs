// Finds a Node that can run this project: this one, or the one npm installed beside our dependencies.
// Plain JavaScript without dependencies: it must work on old hosts.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);
export const hostIsRecent = major > 22 || (major === 22 && minor >= 18);

export function bundledNode() {
  const os = process.platform === 'win32' ? 'win' : process.platform;
  for (const name of [`node-${os}-${process.arch}`, `node-bin-${os}-${process.arch}`]) {
    try {
      const pkg = require.resolve(`${name}/package.json`);
      return join(dirname(pkg), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    } catch {}
  }
}

/** npm 10 drops node_modules/.bin/node when several optional packages offer it; put it back. */
export function linkNode() {
  const target = bundledNode();
  const bin = join(root, 'node_modules', '.bin');
  if (!target || !existsSync(join(root, 'node_modules'))) return;
  mkdirSync(bin, { recursive: true });
  try {
    if (process.platform === 'win32') writeFileSync(join(bin, 'node.cmd'), `@"${target}" %*\r\n`);
    else if (!existsSync(join(bin, 'node'))) symlinkSync(target, join(bin, 'node'));
  } catch {}
}
