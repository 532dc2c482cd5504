import type { ConnectionClient, ProviderAnswer } from '../../connect/client.ts';
import { type BatchDefinition, type NamedRecords, type ObjectDefinition, ProviderError, type RequestSpec } from '../../kit/index.ts';
import type { ReadState } from '../../syncs/checkpoint-state.ts';
import { type BegunPage, keepBegun, takeBegun } from './begun-pages.ts';
import { joinRecords, type NamedPage, openBatch, openNames } from './join-records.ts';

interface Looking {
  client: ConnectionClient;
  syncId: string;
  definition: ObjectDefinition;
  /** The read that is open. */
  read: () => Pick<ReadState, 'prepared' | 'generation'> | null;
  /** The hub's last drawn seq. */
  lastDrawnSeq: () => Promise<bigint>;
  /** Between two batches: a page of many names takes its time. */
  progressed: () => Promise<void>;
}

/** `askedSeq`: of what was put together from several answers, the hub's last drawn seq before the first of them. */
export type LookedAnswer = ProviderAnswer & { askedSeq?: bigint };
export type LookingClient = Omit<ConnectionClient, 'request'> & {
  request(...args: Parameters<ConnectionClient['request']>): Promise<LookedAnswer>;
};

/**
 * A client whose answers hold the records that they name: those are read in batches before the answer is handed on. Refused in the
 * middle, the same request of the same read goes on where it stopped, with the names of before: what has changed since is named behind them.
 */
export function createLookingClient({ client, syncId, definition, read, lastDrawnSeq, progressed }: Looking): LookingClient {
  async function request({ names, ...spec }: RequestSpec, options: { signal: AbortSignal }): Promise<LookedAnswer> {
    if (!names) return client.request(spec, options);
    const { batch } = definition;
    if (!batch) throw new Error(`a feed of ${definition.label} names records, and nothing reads them`);
    const key = JSON.stringify([read()?.generation, spec]);
    const before = takeBegun(syncId);
    const begun = before?.key === key ? before : await begin(key, spec, names, options);
    const { answer, askedSeq, page, looked } = begun;
    try {
      for (const ids of batchesOf(page, looked, batch.idsMax)) {
        await progressed();
        await look(ids, batch, looked, options);
      }
    } catch (error) {
      if (isPassing(error)) keepBegun(syncId, begun);
      throw error;
    }
    return { ...answer, askedSeq, body: joinRecords(page, looked) };
  }

  async function begin(key: string, spec: RequestSpec, names: NamedRecords, options: { signal: AbortSignal }): Promise<BegunPage> {
    const askedSeq = await lastDrawnSeq();
    const answer = await client.request(spec, options);
    return { key, answer, askedSeq, page: openNames(answer.body, names), looked: new Map() };
  }

  async function look(ids: string[], batch: BatchDefinition, looked: BegunPage['looked'], options: { signal: AbortSignal }): Promise<void> {
    const { body } = await client.request(batch.request(ids, read()?.prepared ?? null), options);
    const { records, isWhole } = openBatch(body, batch, definition);
    const absent = isWhole && batch.absence === 'deleted' ? 'gone' : 'unknown';
    for (const id of ids) looked.set(id, records.get(id) ?? absent);
  }

  return {
    connectionId: client.connectionId,
    get apiCalls() {
      return client.apiCalls;
    },
    request,
  };
}

/** What is asked again a moment later, as the same request. */
function isPassing(error: unknown): boolean {
  return error instanceof ProviderError && (error.meaning === 'rate_limited' || error.meaning === 'unavailable');
}

/** Ids that have not been asked for, each once. */
function batchesOf({ items }: NamedPage, looked: BegunPage['looked'], idsMax: number): string[][] {
  const ids = items.flatMap(({ id, isDeleted }) => (id === null || isDeleted || looked.has(id) ? [] : [id]));
  const distinct = [...new Set(ids)];
  return Array.from({ length: Math.ceil(distinct.length / idsMax) }, (_, i) => distinct.slice(i * idsMax, (i + 1) * idsMax));
}
