import { exactNumber, type JsonObject } from '../../sandbox/json.ts';
import type { Actor } from './actor.ts';
import type { Step } from './plan.ts';
import { parentIdOf } from './subjects.ts';

/**
 * A write that becomes visible this long after its modified time is within every look-back of the sandbox (5 s). One that this
 * machine was too slow for is not held against the strategy's own reads.
 */
export const lateMsMax = 3500;

type EditStep = Extract<Step, { do: 'create' | 'update' | 'edit_silently' | 'delete' | 'remove' | 'restore' | 'recreate' }>;

/** One step's writes at the provider. */
export async function edit(actor: Actor, step: EditStep): Promise<void> {
  const { control } = actor.cluster.syncline;
  const { at, ledger } = actor;
  switch (step.do) {
    case 'create': {
      const { updatedAt, settle } = oneTime(actor, step.hasOneTime || step.ageMs > 0, step.ageMs);
      const ids: string[] = [];
      for (let i = 0; i < step.count; i++) ids.push((await control.create({ ...at, ...newRecord(actor), ...updatedAt })).id);
      ledger.live.push(...ids);
      return settle(ids);
    }
    case 'update': {
      const ids = ledger.choose(step.picks);
      const { updatedAt, settle } = oneTime(actor, step.hasOneTime, 0);
      await control.update({ ...at, ids, fields: content(actor), ...updatedAt });
      return settle(ids);
    }
    case 'edit_silently': {
      const ids = ledger.choose(step.picks);
      ledger.mark('hidden', ids);
      for (const id of ids) {
        const { record } = await control.get({ ...at, id });
        await control.update({ ...at, id, fields: content(actor), updatedAt: record!.updatedAt });
      }
      return;
    }
    case 'delete': {
      const ids = ledger.take('live', step.picks);
      ledger.mark('everGone', ids);
      await control.delete({ ...at, ids });
      ledger.deleted.push(...ids);
      return;
    }
    case 'remove': {
      const ids = ledger.take('live', step.picks);
      ledger.mark('everGone', ids);
      ledger.mark('vanished', ids);
      await control.remove({ ...at, ids });
      ledger.removed.push(...ids);
      return;
    }
    case 'restore': {
      const ids = ledger.take('deleted', step.picks);
      await control.update({ ...at, ids, fields: content(actor) });
      ledger.live.push(...ids);
      return;
    }
    case 'recreate': {
      const ids = ledger.take('removed', step.picks);
      for (const id of ids) await control.create({ ...at, id, fields: { ...content(actor), ...belonging(actor, id) } });
      ledger.live.push(...ids);
      return;
    }
    default:
      throw new Error(`no edit ${step satisfies never}`);
  }
}

/** A record that has not been there. A child belongs to one of the parents that there are. */
export function newRecord(actor: Actor): { id?: string; fields: JsonObject } {
  const fields = content(actor);
  if (!actor.subject.parent) return { fields };
  const id = `${parentIdOf(actor.firstIds[actor.edits % actor.firstIds.length]!)}:new_${actor.edits}`;
  return { id, fields: { ...fields, ...belonging(actor, id) } };
}

function belonging({ subject }: Actor, id: string): JsonObject {
  return subject.parent ? { deal_id: parentIdOf(id) } : {};
}

/** New content, different with every call: texts and numbers that careless code would change. */
export function content(actor: Actor): JsonObject {
  const n = ++actor.edits;
  const note = `${actor.account} edit ${n}: Zoë \\ "quoted" 🙂`;
  const ledger = String(9_007_199_254_740_993n + BigInt(n));
  // HubSpot's properties are texts, and each has to be known.
  if (actor.subject.provider === 'hubspot') return { lastname: note, ledger_number: ledger };
  return {
    note,
    ledger: exactNumber(ledger),
    amount: exactNumber(`${n}.10`),
    nested: { edits: [n, null, { deep: true }] },
  };
}

/** One modified time for a whole step, of the provider's clock, maybe a little old when it becomes visible. */
function oneTime(actor: Actor, isSet: boolean, ageMs: number) {
  const { clockOffsetMs, plan, ledger } = actor;
  const begun = Date.now();
  actor.isWritingLate = isSet;
  const updatedAt = isSet ? { updatedAt: new Date(begun + clockOffsetMs - ageMs).toISOString() } : {};
  return {
    updatedAt,
    settle(ids: string[]) {
      actor.isWritingLate = false;
      if (isSet && Date.now() - begun + ageMs + plan.settings.visibilityLagMs > lateMsMax) ledger.mark('hidden', ids);
    },
  };
}
