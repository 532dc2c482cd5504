// npm run bench [-- --json] [--rows N] [--rounds N] [--only group]   measured claims, each beside its limit in the same run
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded.ts';
import { groups } from './groups.ts';
import { serverSettings } from './settings.ts';
import { targets } from './targets.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rows: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    save: { type: 'string' },
  },
});
// Said before hours of work, not behind them.
if (values.save !== undefined && path.basename(values.save) !== values.save)
  throw new Error('--save takes the name of a file, which is kept in bench/results');
const rows = Number(values.rows);
const rounds = Number(values.rounds);
if (!Number.isInteger(rows) || rows < 1000) throw new Error('--rows must be a whole number of at least 1000');
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number of at least 1');
const chosen = groups.filter((group) => values.only === undefined || values.only.split(',').includes(group.name));
if (chosen.length === 0) throw new Error(`--only takes ${groups.map((group) => group.name).join(', ')}`);

const dataDir = mkdtempSync(path.join(tmpdir(), 'syncline-bench-pg-'));
chmodSync(dataDir, 0o755);
const server = await startEmbedded({ dataDir, flags: serverSettings });
const figures: Record<string, number> = {};
try {
  for (const group of chosen) {
    const started = performance.now();
    process.stderr.write(`${group.name} …`);
    const url = await freshDatabase(server.url, `bench_${group.name}`);
    Object.assign(figures, await group.measure({ url, rows, rounds }));
    process.stderr.write(` ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  }
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

const missed = targets.filter(({ name, atLeast, atMost }) => {
  const figure = figures[name];
  return figure !== undefined && ((atLeast !== undefined && figure < atLeast) || (atMost !== undefined && figure > atMost));
});
const rounded = Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, Number(figure.toPrecision(4))]));
const table = render();
if (values.json) {
  process.stderr.write(table);
  console.log(JSON.stringify(rounded));
} else console.log(table);
if (values.save) save(values.save);
process.exitCode = missed.length ? 1 : 0;

function render(): string {
  const lines = Object.entries(rounded).map(([name, figure]) => {
    const target = targets.find((candidate) => candidate.name === name);
    const bound = target ? (target.atLeast !== undefined ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`) : '';
    const verdict = target ? (missed.includes(target) ? 'MISSED' : 'met') : '';
    return `${name.padEnd(36)} ${String(figure).padStart(10)}  ${bound.padEnd(8)} ${verdict}`;
  });
  return `${lines.join('\n')}\n`;
}

function save(file: string): void {
  mkdirSync('bench/results', { recursive: true });
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, memory_gb: Math.round(totalmem() / 2 ** 30), node: process.version };
  writeFileSync(
    path.join('bench/results', file),
    `${JSON.stringify({ machine, postgres: serverSettings, rows, rounds, figures: rounded }, null, 2)}\n`,
  );
}

async function freshDatabase(adminUrl: string, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${pg.escapeIdentifier(name)}`);
  await admin.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
