import type { ConnectionClient } from '../../connect/client.ts';
import type { Sync as SyncRow } from '../../db/generated/client.ts';
import type { HookPayload } from '../../hub/hook-types.ts';
import type { Hub, HubConnection, HubTable, IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import { type BatchDefinition, type Json, type ObjectDefinition, ProviderError, type RereadDefinition } from '../../kit/index.ts';
import type { SyncsCtx } from '../../syncs/context.ts';
import type { Notice } from '../../syncs/hook-notices.ts';
import { openBatch } from '../inbound/join-records.ts';
import { readOne } from './read-one.ts';

/** What working off notices needs at hand. */
export interface HookDesk {
  ctx: SyncsCtx;
  sync: SyncRow;
  hub: Hub;
  table: HubTable;
  connection: HubConnection;
  definition: ObjectDefinition;
  client: () => Promise<ConnectionClient>;
  signal: AbortSignal;
}

/** What the notices came to, before it is written. */
export interface ReadNotices {
  records: IncomingRecord[];
  quarantined: QuarantinedRecord[];
  gone: { id: string; askedSeq: bigint }[];
  /** Numbers of the payloads that are done with. */
  payloads: string[];
  /** The object's records cannot be read one by one: a run has to find what changed. */
  needsRun: boolean;
  /** Records of which nothing was asked: new ones of a first load under way, and those for which there was no time. */
  late: string[];
  left: string[];
}

/** Records that are asked for at the same time. */
const rereadsAtOnceMax = 5;

/** Applies what came whole; everything else is read again, as it is now. */
export async function readNotices(desk: HookDesk, notices: Notice[]): Promise<ReadNotices> {
  const { hub, sync, definition } = desk;
  const payloads = await hub.readHookPayloads({ syncId: sync.id, recordIds: notices.map((notice) => notice.recordId) });
  const read: ReadNotices = {
    records: [],
    quarantined: [],
    gone: [],
    payloads: payloads.map((one) => one.number),
    needsRun: false,
    late: [],
    left: [],
  };
  const byRecord = Map.groupBy(payloads, (one) => one.recordId);
  const rest = notices.filter(({ recordId }) => !applyPayloads(desk, read, recordId, byRecord.get(recordId) ?? []));
  if (rest.length === 0) return read;
  // Children stand in tables of their own, which only a run unfolds.
  if (!definition.reread || definition.children) return { ...read, needsRun: true };
  const late = new Set(await findLate(desk, rest));
  read.late = [...late];
  const ids = rest.flatMap(({ recordId }) => (late.has(recordId) ? [] : [recordId]));
  const left = definition.batch && ids.length > 1 ? await readBatches(desk, read, { ids, how: definition.batch }) : ids;
  return rereadAll(desk, read, { ids: left, how: definition.reread });
}

function findLate({ hub, sync, table, connection }: HookDesk, notices: Notice[]): Promise<string[]> {
  return hub.findLate({ syncId: sync.id, table, connection, recordIds: notices.map(({ recordId }) => recordId) });
}

/** Many at once cost one request. What the answers leave out and that proves nothing is left to be asked for one by one. */
async function readBatches(desk: HookDesk, read: ReadNotices, { ids, how }: { ids: string[]; how: BatchDefinition }): Promise<string[]> {
  const prepared = await prepare(desk, how);
  const left: string[] = [];
  for (let from = 0; from < ids.length; from += how.idsMax)
    left.push(...(await readBatch(desk, read, { ids: ids.slice(from, from + how.idsMax), how, prepared })));
  return left;
}

async function readBatch(
  desk: HookDesk,
  read: ReadNotices,
  { ids, how, prepared }: { ids: string[]; how: BatchDefinition; prepared: Json },
): Promise<string[]> {
  const { hub, client, definition, signal } = desk;
  const askedSeq = await hub.lastDrawnSeq();
  const open = await client();
  const askedMs = performance.now();
  const { body, providerTime } = await open.request(how.request(ids, prepared), { signal });
  const { records, isWhole } = openBatch(body, how, definition);
  const askedTime = providerTime && new Date(providerTime.getTime() - Math.ceil(performance.now() - askedMs));
  const left: string[] = [];
  for (const id of ids) {
    const bytes = records.get(id);
    if (bytes !== undefined) keep(desk, read, { id, askedSeq, askedTime }, bytes);
    else if (isWhole && how.absence === 'deleted') read.gone.push({ id, askedSeq });
    else left.push(id);
  }
  return left;
}

/** As long as a slice: a provider that answers slowly holds neither the claim nor a place in which others' hooks are worked off. */
async function rereadAll(desk: HookDesk, read: ReadNotices, { ids, how }: { ids: string[]; how: RereadDefinition }): Promise<ReadNotices> {
  if (ids.length === 0) return read;
  const untilMs = performance.now() + desk.ctx.limits.sliceSecondsMax * 1000;
  const prepared = await prepare(desk, how);
  let from = 0;
  for (; from < ids.length && (from === 0 || performance.now() < untilMs); from += rereadsAtOnceMax)
    await Promise.all(ids.slice(from, from + rereadsAtOnceMax).map((id) => reread(desk, read, id, prepared)));
  return { ...read, left: ids.slice(from) };
}

/**
 * true: the payloads say all there is to say. One counts by its modified time only: it was not asked for, and nobody knows what was
 * overtaken on the way. Without that time, and when it tells of a delete, the record is read again.
 */
function applyPayloads(desk: HookDesk, read: ReadNotices, recordId: string, payloads: HookPayload[]): boolean {
  const records = payloads.map(({ raw }) => readOne(desk, Buffer.from(raw, 'utf8'), 0n).record);
  if (records.length === 0 || desk.definition.children) return false;
  if (!records.every((record) => record !== null && record.id === recordId && record.modifiedAt !== null && !record.isDeleted))
    return false;
  read.records.push(...(records as IncomingRecord[]));
  return true;
}

async function prepare({ client, signal }: HookDesk, { prepare: how }: Pick<RereadDefinition, 'prepare'>): Promise<Json> {
  if (!how) return null;
  const { body } = await (await client()).request(how.request, { signal });
  return how.reduce(parseAnswer(body));
}

/** The position is noted before the question: what is written meanwhile is newer than the answer. */
async function reread(desk: HookDesk, read: ReadNotices, recordId: string, prepared: Json): Promise<void> {
  const { hub, client, definition, signal } = desk;
  const askedSeq = await hub.lastDrawnSeq();
  try {
    const open = await client();
    const askedMs = performance.now();
    const { body, providerTime } = await open.request(definition.reread!.request(recordId, prepared), { signal });
    const askedTime = providerTime && new Date(providerTime.getTime() - Math.ceil(performance.now() - askedMs));
    keep(desk, read, { id: recordId, askedSeq, askedTime }, body);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.meaning !== 'not_found') throw error;
    read.gone.push({ id: recordId, askedSeq });
  }
}

/** What was asked for, and what came. */
function keep(
  desk: HookDesk,
  read: ReadNotices,
  { id, askedSeq, askedTime }: { id: string; askedSeq: bigint; askedTime: Date | null },
  body: Buffer,
): void {
  const { record, quarantined } = readOne(desk, body, askedSeq);
  // A record that tells no time is as new as the question: events of before, which a feed may still tell, are older than that.
  if (record && !desk.definition.record.modifiedAt && askedTime) record.modifiedAt = askedTime;
  if (record && !record.isDeleted) read.records.push(record);
  if (quarantined) read.quarantined.push(quarantined);
  // Of merged records a get by the old id shows the one that is left.
  else if (!record || record.isDeleted || record.id !== id) read.gone.push({ id, askedSeq });
}

function parseAnswer(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch (error) {
    throw new ProviderError('unavailable', 'The provider answered with something that is not JSON.', { cause: error });
  }
}
