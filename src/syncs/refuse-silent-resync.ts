import { AppError } from '../base/errors.ts';
import type { Tx } from '../db/index.ts';
import type { ConfigObject } from './config-input.ts';

/**
 * Which fields count as a change, and how records land, decide what the hub holds of every record. Changing that means to compare
 * everything anew: a vendor says so, and is never surprised by it.
 */
export async function refuseSilentResync(
  tx: Tx,
  input: { applicationId: string; syncConfigId: string; before: ConfigObject[]; after: ConfigObject[] },
): Promise<void> {
  const { applicationId, syncConfigId } = input;
  const objects = objectsToCompareAnew(input.before, input.after);
  if (objects.length === 0) return;
  const syncs = await tx.sync.count({ where: { applicationId, syncConfigId, object: { in: objects } } });
  if (syncs === 0) return;
  const which = `${objects.slice(0, 5).join(', ')}${objects.length > 5 ? ', …' : ''}`;
  throw new AppError(
    'resync_required',
    `Other observed_fields or another landing of ${which} means that ${syncs} ${syncs === 1 ? 'sync reads' : 'syncs read'} everything again. Repeat it with resync.`,
    { details: { objects, syncs } },
  );
}

function objectsToCompareAnew(before: ConfigObject[], after: ConfigObject[]): string[] {
  const meaning = (one: ConfigObject) => JSON.stringify([one.landing, one.observed_fields]);
  const known = new Map(before.map((one) => [one.object, meaning(one)]));
  return after.filter((one) => known.has(one.object) && known.get(one.object) !== meaning(one)).map((one) => one.object);
}
