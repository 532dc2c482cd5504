import { isJsonObject, type Json } from '../json.ts';
import type { Account } from '../world.ts';

/** Records in the shape of v2, served value for value. The generated ones of the object go. */
export function load(account: Account, name: string, records: Json[]): number {
  const store = account.store(name);
  if (!store) throw new Error(`Pipedrive has no object ${name} here.`);
  store.clear();
  for (const record of records) {
    if (!isJsonObject(record)) throw new Error('A recorded record is an object.');
    const { id, add_time: added, update_time: updated, is_deleted: isDeleted, ...fields } = record;
    const updatedAt = Date.parse(String(updated));
    const createdAt = Date.parse(String(added));
    const deletedAt = isDeleted === true ? updatedAt : null;
    store.create(fields, { now: updatedAt, id: String(id), createdAt, updatedAt, deletedAt, isVerbatim: true });
  }
  return records.length;
}
