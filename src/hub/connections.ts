import { AppError } from '../base/errors.ts';
import type { HubHandle } from './handle.ts';
import type { HubConnection } from './types.ts';

/** Numbers are given once and kept: they are the narrow half of every record's key. */
export async function ensureConnection(hub: HubHandle, input: { connectionId: string; customerId: string }): Promise<HubConnection> {
  const found = await findConnection(hub, input.connectionId);
  const connection = found ?? (await insertConnection(hub, input));
  if (connection.customerId !== input.customerId)
    throw new AppError('conflict', 'This connection belongs to another customer.', {
      internal: `connection ${input.connectionId} in ${hub.schema}`,
    });
  return connection;
}

export async function findConnection(hub: HubHandle, connectionId: string): Promise<HubConnection | null> {
  const { rows } = await hub.pool.query<HubConnection>(
    `select number, connection_id as "connectionId", customer_id as "customerId"
     from ${hub.names.connection}
     where connection_id = $1::text`,
    [connectionId],
  );
  return rows[0] ?? null;
}

async function insertConnection(
  hub: HubHandle,
  { connectionId, customerId }: { connectionId: string; customerId: string },
): Promise<HubConnection> {
  await hub.pool.query(
    `insert into ${hub.names.connection} (connection_id, customer_id)
     values ($1::text, $2::text)
     on conflict (connection_id) do nothing`,
    [connectionId, customerId],
  );
  return (await findConnection(hub, connectionId))!;
}
