import { textArray } from './encode.ts';
import { incomingWins } from './rule.ts';
import type { EndedRead } from './types.ts';

/**
 * Which staged deletes (`s`) the ended read carries out on the stored row (`t`), as SQL over `dueValues`. What another path
 * wrote since the read began has a seq above its horizon and is not missing. Reads that prove no absence store no missing ids.
 */
export const missed = '(s.is_missing and t._syncline_seq <= $3::int8 and t._syncline_deleted_at is null)';
export const dueMissing = `(${missed} and ($6::bool or s.was_missed or s.record_id = any ($4::text[])))`;
const dueSignal = `(s.is_signalled and t._syncline_deleted_at is null
    and ${incomingWins({ asked: 's.asked_seq', modified: 's.modified_at' })})`;
export const dueDelete = `(${dueMissing} or ${dueSignal})`;

/** $1 sync, $2 generation, $3 horizon of the begin, $4 reported gone by a get by id, $5 connection, $6 absence is proof. */
export function dueValues(read: EndedRead) {
  return [read.syncId, read.generation, read.horizon, textArray(read.confirmedGone), read.connection.number, read.absence === 'complete'];
}
