import { setTimeout as sleep } from 'node:timers/promises';
import type { Mutation } from '../../sandbox/faults.ts';
import { type Actor, intervalSeconds } from './actor.ts';
import { lookAtClaims } from './claims.ts';
import { content, edit, newRecord } from './edit.ts';
import type { Step } from './plan.ts';
import { connectAgain, trigger, waitUntilIdle } from './runs.ts';

/** Makes one step of a plan happen. */
export async function perform(actor: Actor, step: Step): Promise<void> {
  const { cluster, at, syncId } = actor;
  const { control } = cluster.syncline;
  switch (step.do) {
    case 'create':
    case 'update':
    case 'edit_silently':
    case 'delete':
    case 'remove':
    case 'restore':
    case 'recreate':
      return edit(actor, step);
    case 'fault':
      return addFault(actor, step);
    case 'change_between_pages':
      return changeBetweenPages(actor, step);
    case 'expire_tokens':
      await control.expireTokens(at);
      return;
    case 'end_grant':
      actor.mayLoseGrant = true;
      await control.endGrants(at);
      return;
    case 'set_clock':
      actor.clockOffsetMs = step.offsetMs;
      await control.configure({ ...at, clockOffsetMs: step.offsetMs });
      return;
    case 'pause_and_resume':
      await actor.vendor.request('POST', `/v1/syncs/${syncId}:pause`);
      await actor.vendor.request('POST', `/v1/syncs/${syncId}:resume`);
      return;
    case 'reset':
      await actor.vendor.request('POST', `/v1/syncs/${syncId}:reset`);
      return;
    case 'forget_feed':
      await control.forgetChanges(at);
      return;
    case 'switch_strategy':
      return switchStrategy(actor, step.pick);
    case 'trigger':
      await trigger(actor, step.full);
      return;
    case 'wait_for_run':
      await waitUntilIdle(actor);
      await lookAtClaims(actor);
      await connectAgain(actor);
      return;
    case 'rest':
      await sleep(step.ms);
      return;
    case 'kill':
      return cluster.kill(syncId, step.afterMs);
    case 'freeze':
      return cluster.freeze(syncId, step.afterMs);
    default:
      throw new Error(`no step ${step satisfies never} of ${at.object}`);
  }
}

async function switchStrategy({ subject, vendor, syncId }: Actor, pick: number): Promise<void> {
  const order = subject.switchesTo[pick % subject.switchesTo.length];
  const { sync_config_id: syncConfigId } = await vendor.call('GET', `/v1/syncs/${syncId}`);
  await vendor.call('PATCH', `/v1/sync-configs/${syncConfigId}`, {
    objects: [{ object: subject.object, interval_seconds: intervalSeconds, ...order }],
  });
}

/** Refusals in a row can end a connection as they would at a real provider; then its customer connects again. */
const endsGrants = new Set(['unauthorized', 'token_error']);

export async function addFault(actor: Actor, { fault, at, on, skip, times }: Extract<Step, { do: 'fault' }>): Promise<void> {
  const { account, object } = actor.at;
  // One parent of many that has no children all at once: nobody can tell that from the truth.
  if (fault.kind === 'empty' && actor.subject.parent) return;
  const page = on === undefined ? {} : { hasPageToken: on === 'later_page' };
  const match = at === 'token' ? { account, endpoint: at } : { account, object, ...page };
  if (endsGrants.has(fault.kind)) actor.mayLoseGrant = true;
  if (fault.kind === 'empty') actor.wasLiedTo = true;
  await actor.cluster.syncline.control.fault({ match, fault, skip, times });
}

/** The records that it will change are nobody else's any more: nobody knows when, or whether, it happens. */
async function changeBetweenPages(actor: Actor, step: Extract<Step, { do: 'change_between_pages' }>): Promise<void> {
  const { ledger, at } = actor;
  const { object } = at;
  const deletes = ledger.take('live', step.deletes);
  ledger.mark('everGone', deletes);
  const operations: Mutation[] = [
    ...ledger.take('live', step.updates).map((id) => ({ operation: 'update' as const, object, id, fields: content(actor) })),
    ...deletes.map((id) => ({ operation: 'delete' as const, object, id })),
    ...Array.from({ length: step.creates }, () => ({ operation: 'create' as const, object, ...newRecord(actor) })),
  ];
  const match = { account: at.account, object };
  await actor.cluster.syncline.control.fault({ match, fault: { kind: 'mutate', operations }, skip: step.skip, times: 1 });
}
