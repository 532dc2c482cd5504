import type { ConnectionClient, ProviderAnswer } from '../../connect/client.ts';
import { type BatchDefinition, type Json, type ObjectDefinition, ProviderError, type RequestSpec } from '../../kit/index.ts';
import { joinRecords, type Looked, type NamedPage, openBatch, openNames } from './join-records.ts';

interface Looking {
  client: ConnectionClient;
  definition: ObjectDefinition;
  /** What the read that is open was prepared with. */
  prepared: () => Json;
  /** Between two batches: a page of many names takes its time. */
  progressed: () => Promise<void>;
}

/** An answer that names records, with what has been read of them so far. */
interface Begun {
  key: string;
  answer: ProviderAnswer;
  page: NamedPage;
  looked: Map<string, Looked>;
}

/**
 * A client whose answers hold the records that they name: those are read in batches before the answer is handed on. Refused in the
 * middle, the same request goes on where it stopped, with the names of before: what has changed since is named behind them.
 */
export function createLookingClient({ client, definition, prepared, progressed }: Looking): ConnectionClient {
  let begun: Begun | null = null;

  async function request({ names, ...spec }: RequestSpec, options: { signal: AbortSignal }): Promise<ProviderAnswer> {
    if (!names) return client.request(spec, options);
    const { batch } = definition;
    if (!batch) throw new Error(`a feed of ${definition.label} names records, and nothing reads them`);
    const key = JSON.stringify(spec);
    if (begun?.key !== key) {
      const answer = await client.request(spec, options);
      begun = { key, answer, page: openNames(answer.body, names), looked: new Map() };
    }
    const { answer, page, looked } = begun;
    try {
      for (const ids of batchesOf(page, looked, batch.idsMax)) {
        await progressed();
        await look(ids, batch, looked, options);
      }
    } catch (error) {
      if (!isPassing(error)) begun = null;
      throw error;
    }
    begun = null;
    return { ...answer, body: joinRecords(page, looked) };
  }

  async function look(ids: string[], batch: BatchDefinition, looked: Begun['looked'], options: { signal: AbortSignal }): Promise<void> {
    const { body } = await client.request(batch.request(ids, prepared()), options);
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
function batchesOf({ items }: NamedPage, looked: ReadonlyMap<string, Looked>, idsMax: number): string[][] {
  const ids = items.flatMap(({ id, isDeleted }) => (id === null || isDeleted || looked.has(id) ? [] : [id]));
  const distinct = [...new Set(ids)];
  return Array.from({ length: Math.ceil(distinct.length / idsMax) }, (_, i) => distinct.slice(i * idsMax, (i + 1) * idsMax));
}
