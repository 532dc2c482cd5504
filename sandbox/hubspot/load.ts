import { isJsonObject, type Json } from '../json.ts';
import type { Account } from '../world.ts';

/** Recorded records: `{id, properties, createdAt, updatedAt, archived, archivedAt?}`. The generated ones of the object go. */
export function load(account: Account, name: string, records: Json[]): number {
  const store = account.store(name);
  if (!store) throw new Error(`HubSpot has no object ${name} here.`);
  store.clear();
  for (const record of records) {
    if (!isJsonObject(record) || !isJsonObject(record.properties)) throw new Error('A recorded record has an id and properties.');
    const at = (key: string) => Date.parse(String(record[key]));
    store.create(record.properties, {
      now: at('updatedAt'),
      id: String(record.id),
      createdAt: at('createdAt'),
      updatedAt: at('updatedAt'),
      deletedAt: record.archived === true ? at(record.archivedAt === undefined ? 'updatedAt' : 'archivedAt') : null,
      isVerbatim: true,
    });
  }
  return records.length;
}
