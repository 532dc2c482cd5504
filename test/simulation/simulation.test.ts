import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { describePlan } from './describe.ts';
import type { Outcome } from './play.ts';
import { simulate } from './simulate.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 120_000);
afterAll(() => cluster.close());

const seeds = Array.from({ length: 30 }, (_, i) => i + 1);

test('whatever happens to provider, network and workers, nothing is lost, doubled or falsely deleted: 30 seeds', async () => {
  const outcomes: Outcome[] = [];
  await simulate(cluster, seeds, (outcome) => outcomes.push(outcome));
  const failed = outcomes.filter(({ violations }) => violations.length > 0);
  expect(failed.map(({ plan, violations }) => `${describePlan(plan)}\n${violations.join('\n')}`).join('\n\n')).toBe('');
  expect(outcomes).toHaveLength(seeds.length);
  // It did happen: faults of most kinds, deaths, and runs that they ended.
  expect(cluster.counts.kills).toBeGreaterThan(0);
  const met = new Set(outcomes.flatMap(({ faults }) => Object.keys(faults)));
  expect([...met]).toEqual(
    expect.arrayContaining(['rate_limited', 'server_error', 'cut', 'slow', 'page_expired', 'overlapping', 'mutate']),
  );
  expect(outcomes.some(({ runs }) => runs.abandoned)).toBe(true);
}, 900_000);
