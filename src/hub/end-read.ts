import type { HubHandle } from './handle.ts';
import type { HubTx } from './transaction.ts';
import type { EndedRead } from './types.ts';

/**
 * The read's generation ends, in the transaction that carries out (or holds) the last of its deletes. A full read also
 * overtakes what earlier ones held, unless a person has decided: it looked at everything again. What it noted is cleared afterwards (clear-reads).
 */
export async function endRead(hub: HubHandle, tx: HubTx, read: EndedRead): Promise<void> {
  const values = [read.syncId, read.generation];
  await tx.query(
    `update ${hub.names.checkpoint}
     set is_open = false, is_fresh = false, missing_generation = null
     where sync = $1::text and generation = $2::int8`,
    values,
  );
  if (read.absence === 'none') return;
  await tx.query(`delete from ${hub.names.missedOnce} where sync = $1::text and generation < $2::int8`, values);
  await tx.query(`delete from ${hub.names.hold} where sync = $1::text and generation < $2::int8 and decision is null`, values);
}
