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

export interface RecordCount {
  count: number | null;
  isExact: boolean;
}

/**
 * How many records the filters let through, wherever the cursor stands. Inexact: there are more than were counted. null: even that
 * took too long.
 */
export async function countRecords(
  hub: HubHandle,
  { provider, object }: { provider: string; object: string },
  narrowed: Narrowed,
): Promise<RecordCount> {
  const table = await findTable(hub, provider, object);
  if (!table || narrowed.isOfNobody) return { count: 0, isExact: true };
  const conditions = recordConditions(narrowed);
  return countRows(hub, {
    settings: narrowed.settings,
    selectOf: (limit) => `select from ${hub.names.record(table.name)} t where ${conditions.join(' and ')} limit ${limit}`,
  });
}

interface Counted {
  /** What callers wrote, for the session. */
  settings: Record<string, string>;
  /** The rows to count, at most so many. */
  selectOf(limit: number): string;
}

/** See `countRecords`. */
export async function countRows(hub: HubHandle, { settings, selectOf }: Counted): Promise<RecordCount> {
  const names = Object.keys(settings);
  const client = await borrow(hub.pool);
  let isBroken = false;
  try {
    await client.query(`begin read only; set local statement_timeout = ${countMsMax}; ${plans.join('; ')}`);
    await client.query(`select ${names.map((_, n) => `set_config($${2 * n + 1}::text, $${2 * n + 2}::text, true)`).join(', ')}`, [
      ...Object.entries(settings).flat(),
    ]);
    const { rows } = await client.query<{ count: string }>(`select count(*) as count from (${selectOf(countedMax + 1)}) counted`);
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
