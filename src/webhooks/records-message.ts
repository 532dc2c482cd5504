import type { DeliveryCtx } from './context.ts';
import type { LoggedEvent } from './due-deliveries.ts';
import { type Message, wireEvent } from './payload.ts';

/** A part of the records of one event. A single record that is larger goes alone. */
const partRowsMax = 100;
const partBytesMax = 256 * 1024;

interface RecordsPart {
  message: Message;
  /** Where the next part begins; null: this is the last. */
  nextSeq: string | null;
}

/**
 * `records.changed` with the records themselves, read from the hub now and kept nowhere: what has been changed again or emptied since is
 * not among them (its own event tells of it). A part's id says which seqs it covers, so that a part that is read again and comes out
 * otherwise is another message for whoever remembers ids.
 */
export async function recordsMessage(
  ctx: Pick<DeliveryCtx, 'db' | 'hubs'>,
  { event, recordSeq, applicationId }: { event: LoggedEvent; recordSeq: string | null; applicationId: string },
): Promise<RecordsPart> {
  const { provider, object, connection_id: connectionId, sync_id: syncId, first_seq: first, last_seq: lastSeq } = event.data;
  const firstSeq = recordSeq ?? String(first);
  const hub = await hubOfSync(ctx, applicationId, String(syncId));
  const part = await hub?.readRange({
    ...{ provider: String(provider), object: String(object), connectionId: String(connectionId) },
    ...{ firstSeq: BigInt(firstSeq), lastSeq: BigInt(String(lastSeq)), rowsMax: partRowsMax, bytesMax: partBytesMax },
  });
  const nextSeq = part?.nextSeq ?? null;
  const upTo = nextSeq === null ? String(lastSeq) : String(nextSeq - 1n);
  const id = `${event.id}_${firstSeq}-${upTo}`;
  const head = JSON.stringify({ ...wireEvent(event), part: { first_seq: firstSeq, last_seq: upTo, is_last: nextSeq === null } });
  const body = Buffer.concat([Buffer.from(`${head.slice(0, -1)},"records":`), part?.records ?? Buffer.from('[]'), Buffer.from('}')]);
  return { message: { id, body }, nextSeq: nextSeq === null ? null : String(nextSeq) };
}

export function hasRecords({ type, data }: LoggedEvent): boolean {
  return type === 'records.changed' && data.first_seq != null && data.last_seq != null;
}

/**
 * null: the sync is gone, and with it the way to its records. One that was sent to another destination since has its records there: they
 * are read anew and told of anew, so that what an old event finds there is too much rather than too little.
 */
async function hubOfSync({ db, hubs }: Pick<DeliveryCtx, 'db' | 'hubs'>, applicationId: string, syncId: string) {
  const sync = await db.prisma.sync.findFirst({ where: { id: syncId, applicationId }, select: { destination: true } });
  return sync && hubs.open(sync.destination);
}
