import type { HubHandle } from '../handle.ts';
import { borrow } from '../pool.ts';
import { recordConditions } from '../read-page.ts';
import { findTable } from '../tables.ts';
import type { Narrowed } from './narrow.ts';

const countedMax = 1_000_000;
const countMsMax = 3_000;
/** A count walks over many rows: there a whole table, or a bitmap of it, is quicker than key by key. */
const plans = ['enable_seqscan', 'enable_bitmapscan'].map((name) => `set local ${name} = on`);
const cancelled = '57014';

/**
 * How many records the filters let through, wherever the cursor stands. Inexact: there are more than were counted. null: even that
 * took too long.
 */
export async function countRecords(
  hub: HubHandle,
  { provider, object }: { provider: string; object: string },
  narrowed: Narrowed,
): Promise<{ count: number | null; isExact: boolean }> {
  const table = await findTable(hub, provider, object);
  if (!table || narrowed.isOfNobody) return { count: 0, isExact: true };
  const names = Object.keys(narrowed.settings);
  const conditions = recordConditions(narrowed);
  const client = await borrow(hub.pool);
  let isBroken = false;
  try {
    await client.query(`begin read only; set local statement_timeout = ${countMsMax}; ${plans.join('; ')}`);
    await client.query(`select ${names.map((_, n) => `set_config($${2 * n + 1}::text, $${2 * n + 2}::text, true)`).join(', ')}`, [
      ...Object.entries(narrowed.settings).flat(),
    ]);
    const { rows } = await client.query<{ count: string }>(
      `select count(*) as count
       from (select from ${hub.names.record(table.name)} t where ${conditions.join(' and ')} limit ${countedMax + 1}) counted`,
    );
    const found = Number(rows[0]!.count);
    return { count: Math.min(found, countedMax), isExact: found <= countedMax };
  } catch (error) {
    if ((error as { code?: string }).code === cancelled) return { count: null, isExact: false };
    throw error;
  } finally {
    isBroken = await client.query('rollback').then(
      () => false,
      () => true,
    );
    client.release(isBroken);
  }
}
