import { checkAccounts } from './accounts.ts';
import { type Actor, openActor, type Vendors } from './actor.ts';
import { lookAtClaims } from './claims.ts';
import type { Cluster } from './cluster.ts';
import { perform } from './perform.ts';
import type { Plan } from './plan.ts';
import { follow } from './reader.ts';
import { endSchedule } from './runs.ts';
import { settle } from './settle.ts';

export interface Outcome {
  plan: Plan;
  violations: string[];
  seconds: number;
  /** Faults that the provider's answers suffered, by kind. */
  faults: Record<string, number>;
  /** Runs, by how they ended. */
  runs: Record<string, number>;
}

const violationsShownMax = 12;
const errorsShownMax = 5;

/** Plays one plan from beginning to end. Whatever goes wrong is a violation of this seed, and of no other. */
export async function play(cluster: Cluster, vendors: Vendors, plan: Plan, account: string): Promise<Outcome> {
  const begun = performance.now();
  const outcome: Outcome = { plan, violations: [], seconds: 0, faults: {}, runs: {} };
  try {
    const actor = await openActor(cluster, vendors, plan, account);
    await act(actor).catch((error: unknown) => actor.violations.add(textOf(error)));
    outcome.violations = [...actor.violations].slice(0, violationsShownMax);
    const log = await cluster.syncline.control.requests(actor.at);
    outcome.faults = countBy(log.flatMap((entry) => entry.faults));
    const runs = await actor.vendor.list(`/v1/runs?sync_id=${actor.syncId}`);
    outcome.runs = countBy(runs.map((run) => run.error_code ?? `${run.status} ${run.kind}`));
  } catch (error) {
    outcome.violations.push(textOf(error));
  }
  if (outcome.violations.length > 0) outcome.violations.push(...cluster.errors().slice(-errorsShownMax));
  outcome.seconds = (performance.now() - begun) / 1000;
  return outcome;
}

async function act(actor: Actor): Promise<void> {
  const { witnesses } = actor.cluster;
  const witness = () => lookAtClaims(actor);
  const note = (error: unknown) => void actor.violations.add(textOf(error));
  const reader = follow(actor);
  witnesses.add(witness);
  await live(actor).catch(note);
  witnesses.delete(witness);
  await endSchedule(actor).catch(note);
  await reader.stop();
  await checkAccounts(actor, reader);
}

async function live(actor: Actor): Promise<void> {
  for (const step of actor.plan.steps) await perform(actor, step);
  await settle(actor);
}

function countBy(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\ncaused by ${textOf(error.cause)}`;
}
