// node tools/ensure.mjs   makes a fresh clone ready: installs when the lockfile changed, generates when the schema changed.
// Plain JavaScript without dependencies: it runs on the host's Node, before anything is installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './node.mjs';
import { isPrepared } from './stamp.mjs';

/** Two commands started together on a fresh clone: one installs, the other waits. A cold install takes about 20 s. */
const installWaitSecondsMax = 600;
const lock = join(root, '.syncline', 'install.lock');

if (!isPrepared('install') || !isPrepared('generate')) {
  const release = await takeLock();
  try {
    if (!isPrepared('install')) install();
    else if (!isPrepared('generate')) run('Generating the database client', process.execPath, [join(root, 'tools', 'prepare.mjs')]);
  } finally {
    release();
  }
}

/** `npm ci` also runs `prepare`, which generates and stamps. Development dependencies are needed: they generate and test. */
function install() {
  const npmCli = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npmCli && basename(npmCli) === 'npm-cli.js')
    run('Installing dependencies (once)', process.env.npm_node_execpath ?? process.execPath, [npmCli, ...args]);
  else run('Installing dependencies (once)', process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
  if (isPrepared('install') && isPrepared('generate')) return;
  // An npm that does not run the project's own scripts (ignore-scripts) has installed and not prepared.
  run('Generating the database client', process.execPath, [join(root, 'tools', 'prepare.mjs')]);
}

function run(title, command, args) {
  process.stderr.write(`${title} …\n`);
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? `${result.error.message}\n` : ''}`);
  process.stderr.write(`${title} failed. Check the network and the registry that npm is set to, then run the same command again.\n`);
  process.exit(result.status || 1);
}

async function takeLock() {
  mkdirSync(join(root, '.syncline'), { recursive: true });
  for (let waited = 0; waited < installWaitSecondsMax; waited++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      const release = () => rmSync(lock, { force: true });
      process.once('exit', release);
      return release;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (ownerIsGone()) rmSync(lock, { force: true });
      else await sleep(1000);
    }
  }
  process.stderr.write(`Another installation has not ended for ${installWaitSecondsMax} s. If there is none, delete ${lock}.\n`);
  process.exit(1);
}

function ownerIsGone() {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (!pid) return false; // just being written
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH' || error.code === 'ENOENT';
  }
}
