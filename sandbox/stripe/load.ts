import { isJsonObject, type Json } from '../json.ts';
import type { Account } from '../world.ts';
import { stripeObjects } from './objects.ts';

/** Records as Stripe gives them, served value for value. The generated ones of the object go. */
export function load(account: Account, name: string, records: Json[]): number {
  const store = account.store(name);
  if (!store || !Object.hasOwn(stripeObjects, name)) throw new Error(`Stripe has no object ${name} here.`);
  store.clear();
  for (const record of records) {
    if (!isJsonObject(record) || typeof record.created !== 'number') throw new Error('A recorded record says when it was created.');
    const { id, object: _object, ...fields } = record;
    const at = record.created * 1000;
    store.create(fields, { now: at, id: String(id), createdAt: at, updatedAt: at, isVerbatim: true });
  }
  return records.length;
}
