import type { Cluster } from './cluster.ts';
import { planOf } from './plan.ts';
import { type Outcome, play } from './play.ts';

/** Seeds that play at the same time in one product: they share its workers, and its vendors with those of the same subject. */
const seedsAtOnce = 12;
const firstPortal = 7_000_000;

/** Plays seeds in one product, some at a time. `onEnd` is called for each as it ends. */
export async function simulate(cluster: Cluster, seeds: Iterable<number>, onEnd: (outcome: Outcome) => void): Promise<void> {
  const vendors = new Map();
  const waiting = seeds[Symbol.iterator]();
  let played = 0;

  async function playOn(): Promise<void> {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const plan = planOf(next.value);
      played++;
      // HubSpot's accounts are numbers.
      const account = plan.subject.provider === 'hubspot' ? String(firstPortal + played) : `sim-${plan.seed}-${played}`;
      onEnd(await play(cluster, vendors, plan, account));
    }
  }

  await Promise.all(Array.from({ length: seedsAtOnce }, playOn));
}
