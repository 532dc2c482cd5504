import { end, type HubUnderTest, record, write } from '../../hub/support.ts';

/** Lands the records as a whole full read of the customer's connection: what is not among them is deleted. */
export async function land(on: HubUnderTest, place: string, customerId: string, records: Record<string, object>): Promise<void> {
  const [provider, object] = place.split(' ') as [string, string];
  const connectionId = `conn_${provider}_${customerId}`;
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
