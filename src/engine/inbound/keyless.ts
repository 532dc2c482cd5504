import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import type { ReadState } from '../../syncs/checkpoint-state.ts';
import type { Cursor } from './cursor.ts';

const generationDigits = 10;
const pageDigits = 8;
const recordDigits = 6;

/** Where a page stands among everything that a sync has ever read: the same again after a crash, another one in the next read. */
export function placeOfPage({ generation }: Pick<ReadState, 'generation'>, { pages }: Pick<Cursor, 'pages'>): string {
  return `${generation.padStart(generationDigits, '0')}.${String(pages).padStart(pageDigits, '0')}`;
}

/** Records without a key are told apart by their place; in the order of their ids they stand as they were read. */
export function nameByPlace(
  { records, quarantined }: { records: IncomingRecord[]; quarantined: QuarantinedRecord[] },
  place: string,
): void {
  for (const [n, record] of records.entries()) record.id = `${place}.${String(n).padStart(recordDigits, '0')}`;
  for (const record of quarantined) record.id = null;
}
