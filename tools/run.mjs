// node tools/run.mjs [--node-flag …] <script.ts> [args]   runs a TypeScript entry point on a Node that understands it
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundledNode, hostIsRecent } from './node.mjs';

const parentPollMilliseconds = 500;
const words = process.argv.slice(2);
const scriptAt = words.findIndex((word) => !word.startsWith('--'));
const flags = words.slice(0, scriptAt);
const [script, ...args] = words.slice(scriptAt);

if (hostIsRecent && flags.length === 0) {
  process.argv = [process.argv[0], resolve(script), ...args];
  await import(pathToFileURL(resolve(script)).href);
} else runInChild(hostIsRecent ? process.execPath : bundledNode());

function runInChild(node) {
  if (!node) {
    console.error(`Node ${process.versions.node} is too old and no newer one could be installed: install Node 22.18 or later.`);
    process.exit(1);
  }
  const child = spawn(node, [...flags, script, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm does not hand SIGTERM down: when it has gone, we end what we started.
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), parentPollMilliseconds).unref();
  }
  child.on('exit', (code, signal) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}
