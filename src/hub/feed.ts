import type { HubHandle } from './handle.ts';
import { literal } from './layout.ts';
import type { HubTx } from './transaction.ts';

/**
 * Registers a writer: a shared transaction lock whose key is the hub's tag plus the last drawn seq. Seqs are drawn only
 * afterwards, so all of them are higher; the commit makes the rows visible before it releases the lock. `savepoint` is
 * opened in the same round trip.
 */
export async function registerWriter(hub: HubHandle, tx: HubTx, savepoint?: string): Promise<void> {
  const register = `select pg_advisory_xact_lock_shared(h.lock_tag + ${lastDrawn(hub)}) from ${hub.names.hub} h`;
  await tx.query(savepoint ? `${register}; savepoint ${savepoint}` : register);
}

/** The last drawn seq, as an expression. */
export function lastDrawn(hub: HubHandle): string {
  return `coalesce(pg_sequence_last_value(${literal(hub.names.feedSeq)}::regclass), 0)`;
}

export async function lastDrawnSeq(hub: HubHandle): Promise<bigint> {
  const { rows } = await hub.pool.query<{ drawn: string }>(`select ${lastDrawn(hub)} as drawn`);
  return BigInt(rows[0]!.drawn);
}
