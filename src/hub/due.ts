import { textArray } from './encode.ts';
import { literal } from './layout.ts';
import type { HubNames } from './names.ts';
import { incomingWins } from './rule.ts';
import type { EndedRead, HubTable } from './types.ts';

export interface DueSql {
  /** Missing from the read, and not written by another path since it began (a seq above its horizon). */
  missed: string;
  dueMissing: string;
  dueDelete: string;
}

/**
 * Which staged deletes (`s`) the ended read carries out on the stored row (`t`), as SQL over `dueValues`. Reads that prove
 * no absence store no missing ids. What a person decided to keep is not proposed again.
 */
export function dueSql(names: HubNames, table: HubTable): DueSql {
  const missed = `(s.is_missing and t._syncline_seq <= $3::int8 and t._syncline_deleted_at is null and not ${isKept(names, table)})`;
  const dueMissing = `(${missed} and ($6::bool or s.was_missed or s.record_id = any ($4::text[])))`;
  return { missed, dueMissing, dueDelete: `(${dueMissing} or (${signalWins} and not ${isKept(names, table)}))` };
}

/** A delete signal obeys the version rule like any other version. */
export const signalWins = `(s.is_signalled and t._syncline_deleted_at is null
    and ${incomingWins({ asked: 's.asked_seq', modified: 's.modified_at' })})`;

/**
 * Kept by a person's decision, for as long as the record has not been written since. A look by key for each row: an `exists` becomes a
 * join of the planner's choice, and 20,000 kept records then took longer than a transaction may.
 */
export function isKept(names: HubNames, { name }: Pick<HubTable, 'name'>): string {
  return `coalesce((
      select k.seq = t._syncline_seq from ${names.keptDelete} k
      where k.table_name = ${literal(name)} and k.connection = t._syncline_connection
        and k.record_id = t._syncline_record_id), false)`;
}

/** $1 sync, $2 generation, $3 horizon of the begin, $4 reported gone by a get by id, $5 connection, $6 absence is proof. */
export function dueValues(read: EndedRead) {
  return [read.syncId, read.generation, read.horizon, textArray(read.confirmedGone), read.connection.number, read.absence === 'complete'];
}
