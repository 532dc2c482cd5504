import type pg from 'pg';
import type { HubHandle } from './handle.ts';

type Hub = Pick<HubHandle, 'names' | 'connectionIds'>;

const connectionIdsMax = 100_000;

/**
 * Ids of these connections by their numbers, for one answer: whoever empties the hub's bounded memory meanwhile takes none of them away.
 */
export async function connectionIdsOf(hub: Hub, client: pg.PoolClient, numbers: Iterable<number>): Promise<ReadonlyMap<number, string>> {
  const ids = new Map<number, string>();
  const unknown = new Set<number>();
  for (const number of numbers) {
    const id = hub.connectionIds.get(number);
    if (id === undefined) unknown.add(number);
    else ids.set(number, id);
  }
  if (unknown.size === 0) return ids;
  for (const [number, id] of await learnConnections(hub, client, unknown)) ids.set(number, id);
  for (const number of unknown) if (!ids.has(number)) throw unknownConnection();
  return ids;
}

/** They never change. Those of other connections may be forgotten for them. */
export async function learnConnections(hub: Hub, client: pg.PoolClient, numbers: ReadonlySet<number>): Promise<Map<number, string>> {
  const { rows } = await client.query<{ number: number; connection_id: string }>(
    `select number, connection_id from ${hub.names.connection} where number = any ($1::int4[])`,
    [[...numbers]],
  );
  if (hub.connectionIds.size + rows.length > connectionIdsMax) hub.connectionIds.clear();
  for (const { number, connection_id } of rows) hub.connectionIds.set(number, connection_id);
  return new Map(rows.map(({ number, connection_id }) => [number, connection_id]));
}

export function unknownConnection(): Error {
  return new Error('a page names connections that the hub does not have');
}
