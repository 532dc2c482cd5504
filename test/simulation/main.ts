// npm run simulate [-- --seeds 300] [--from N] [--seed N [--times N]] [--jobs 2] [--save file.json]   docs/guarantees.md
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { describePlan } from './describe.ts';
import { planOf } from './plan.ts';
import type { Outcome } from './play.ts';
import { saveResults } from './results.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '30' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    times: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    save: { type: 'string' },
  },
});
// Said before hours of work, not behind them.
if (values.save !== undefined && path.basename(values.save) !== values.save)
  throw new Error('--save takes the name of a file, which is kept in bench/results');
const seeds = chosenSeeds();
const jobs = Math.min(wholeNumber('jobs'), seeds.length);
if (values.seed) process.stdout.write(`${describePlan(planOf(seeds[0]!))}\n\n`);

const begun = performance.now();
const dataDir = mkdtempSync(path.join(tmpdir(), 'syncline-simulation-'));
chmodSync(dataDir, 0o755);
// fsync stays off: it is processes that die here, not the machine.
const server = await startEmbedded({ dataDir, flags: { fsync: 'off', max_connections: '300', log_min_messages: 'fatal' } });
const clusters: Cluster[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().then(() => process.exit(130)));
const outcomes: Outcome[] = [];
const deaths = { kills: 0, freezes: 0 };
try {
  await Promise.all(Array.from({ length: jobs }, (_, job) => playJob(job)));
} finally {
  await stop();
}
const failed = outcomes.filter(({ violations }) => violations.length > 0);
const minutes = (performance.now() - begun) / 60_000;
process.stdout.write(`${outcomes.length} seeds in ${minutes.toFixed(1)} minutes, ${deaths.kills} kills, ${failed.length} failed\n`);
if (values.save) saveResults(values.save, { outcomes, deaths, minutes });
process.exitCode = failed.length > 0 ? 1 : 0;

/** Leaves no process behind. */
async function stop(): Promise<void> {
  await Promise.allSettled(clusters.map((cluster) => cluster.close()));
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** A product of its own, and every n-th seed. */
async function playJob(job: number): Promise<void> {
  const cluster = await startCluster({ databaseUrl: await freshDatabase(`simulation_${job}`) });
  clusters.push(cluster);
  const own = seeds.filter((_, i) => i % jobs === job);
  await simulate(cluster, own, report);
  deaths.kills += cluster.counts.kills;
  deaths.freezes += cluster.counts.freezes;
}

function report(outcome: Outcome): void {
  outcomes.push(outcome);
  const { plan, violations, seconds } = outcome;
  const verdict = violations.length === 0 ? 'ok' : 'FAILED';
  process.stdout.write(
    `${String(outcomes.length).padStart(4)}/${seeds.length}  seed ${plan.seed}  ${verdict}  ${seconds.toFixed(1)} s  ${plan.subject.name}\n`,
  );
  if (violations.length > 0)
    process.stdout.write(`\n${describePlan(plan)}\n\n${violations.map((text) => `  VIOLATION ${text}`).join('\n')}\n\n`);
}

function chosenSeeds(): number[] {
  if (values.seed) return Array.from({ length: wholeNumber('times') }, () => wholeNumber('seed'));
  const from = wholeNumber('from');
  return Array.from({ length: wholeNumber('seeds') }, (_, i) => from + i);
}

function wholeNumber(name: 'seeds' | 'from' | 'seed' | 'times' | 'jobs'): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number of at least 1`);
  return value;
}

async function freshDatabase(name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`create database ${pg.escapeIdentifier(name)}`);
  await admin.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await migrate(url.href, path.resolve('prisma/migrations'));
  await runMigrations({ connectionString: url.href });
  return url.href;
}
