import { end, type HubUnderTest, record, write } from '../../hub/support.ts';

/** Lands the records as a whole full read of the customer's connection: what is not among them is deleted. */
export async function land(
  on: Pick<HubUnderTest, 'hub'>,
  place: string,
  customer: string | { customerId: string; connectionId: string },
  records: Record<string, object>,
): Promise<void> {
  const [provider, object] = place.split(' ') as [string, string];
  const { customerId, connectionId } =
    typeof customer === 'string' ? { customerId: customer, connectionId: `conn_${provider}_${customer}` } : customer;
  const table = await on.hub.ensureTable(provider, object);
  const connection = await on.hub.ensureConnection({ connectionId, customerId });
  const syncId = `${connectionId} ${object}`;
  const fence = ((await on.hub.readCheckpoint(syncId))?.fence ?? 0n) + 1n;
  const begun = await on.hub.beginRead({ syncId, fence, table, connection, kind: 'full', checkpoint: () => ({}) });
  const read = { table, connection, syncId, fence, begun };
  const askedSeq = await on.hub.lastDrawnSeq();
  await write(
    on.hub,
    read,
    Object.entries(records).map(([id, content]) => record(id, content, { askedSeq })),
  );
  await end(on.hub, read);
}
