import { isJsonObject, type Json } from '../json.ts';
import type { Account } from '../world.ts';

/** Recorded records, field by field, with or without all of them. The generated ones of the object go. */
export function load(account: Account, name: string, records: Json[]): number {
  const store = account.store(name);
  if (!store) throw new Error(`Salesforce has no object ${name}.`);
  store.clear();
  for (const record of records) {
    if (!isJsonObject(record) || typeof record.Id !== 'string') throw new Error('A recorded record has an Id.');
    const { attributes: _attributes, Id, IsDeleted, ...fields } = record;
    const at = (key: string, fallback: number) =>
      typeof fields[key] === 'string' ? Date.parse(String(fields[key]).replace('+0000', 'Z')) : fallback;
    const updatedAt = at('SystemModstamp', epoch);
    const options = { now: updatedAt, id: Id, updatedAt, createdAt: at('CreatedDate', updatedAt), isVerbatim: true };
    store.create(fields, { ...options, deletedAt: IsDeleted === true ? updatedAt : null });
  }
  return records.length;
}

/** For records whose recording shows no time. */
const epoch = Date.parse('2021-12-02T00:00:00.000Z');
