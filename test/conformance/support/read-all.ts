import { expect } from 'vitest';
import { compilePath, readPath } from '../../../src/base/path.ts';
import { createLookingClient } from '../../../src/engine/inbound/looking-client.ts';
import { openFeedPage } from '../../../src/engine/page/feed-page.ts';
import { type PageInput, type ReadPage, readPage } from '../../../src/engine/page/read-page.ts';
import { scopedId } from '../../../src/engine/page/scoped-id.ts';
import { compareWatermarks } from '../../../src/engine/page/watermark.ts';
import type { IncomingRecord, QuarantinedRecord } from '../../../src/hub/types.ts';
import type { Json, JsonObject, ObjectDefinition, PageRequest, ReadPart, RequestSpec } from '../../../src/kit/index.ts';

export interface Answer {
  body: Buffer | string;
  headers?: Record<string, string>;
}

export interface WholeRead {
  records: IncomingRecord[];
  quarantined: QuarantinedRecord[];
  requests: RequestSpec[];
  highest: string | null;
  /** Where a feed of changes goes on: the position behind what was read, or the one that a full listing ends with. */
  position: string | null;
}

/** More pages than any listing of these tests has. */
const pagesMax = 2000;

/**
 * Reads an object as the engine does, page by page, and holds the provider to its word on the way: requests and positions are pure
 * (asked twice they say the same), positions survive JSON, and the read ends.
 */
export async function readAll(options: {
  object: string;
  definition: ObjectDefinition;
  kind: 'full' | 'incremental' | 'delta' | 'keys';
  since?: string | null;
  pageSize?: number;
  /** Of an object that is read under parents: whose are read. */
  parentIds?: string[];
  ask: (spec: RequestSpec) => Promise<Answer> | Answer;
}): Promise<WholeRead> {
  const { object, definition, kind, since = null, pageSize = definition.pageSizeMax } = options;
  const whole: WholeRead = { records: [], quarantined: [], requests: [], highest: null, position: null };
  const { prepare, parts: own } = definition[kind]!;
  const parts = kind === 'incremental' ? [...own, ...(definition.deletions?.parts ?? [])] : own;
  let prepared: Json = null;
  // What an answer only names is read in batches, as in a slice.
  const plain = { connectionId: 'conformance', apiCalls: 0, request: answer };
  const client = createLookingClient({
    ...{ client: plain, syncId: 'conformance', definition },
    ...{ read: () => ({ prepared, generation: '1' }), lastDrawnSeq: async () => 0n, progressed: async () => {} },
  });
  prepared = prepare ? viaJson(prepare.reduce(JSON.parse(String((await ask(prepare.request)).body)))) : null;
  for (const part of parts) for (const parentId of options.parentIds ?? [undefined]) await readPart(part, parentId);
  return whole;

  async function readPart(part: ReadPart, parentId: string | undefined): Promise<void> {
    let position: JsonObject | null = null;
    for (let pages = 0; ; pages++) {
      expect(pages, `${object}: pages of the part ${part.name}`).toBeLessThan(pagesMax);
      const below = parentId === undefined ? {} : { parentId };
      const page: PageRequest = Object.freeze({ object, position, since, pageSize, prepared, ...below });
      const spec = part.request(page);
      expect(part.request(page)).toEqual(spec);
      const { body, headers = {} } = await ask(spec);
      const watermark = definition.incremental?.watermark;
      const read = await readOne({
        body: Buffer.from(body),
        part,
        object: definition,
        watermark,
        headers,
        askedSeq: 1n,
        recordBytesMax: 1_000_000,
      });
      whole.position = positionIn(definition, kind, read) ?? whole.position;
      const isScoped = parentId !== undefined && definition.parent?.scopesId;
      whole.records.push(...read.records.map((record) => (isScoped ? { ...record, id: scopedId(parentId, record.id) } : record)));
      whole.quarantined.push(...read.quarantined);
      raise(whole, watermark?.type, read.highestWatermark);
      const next = part.next(page, read.answer);
      expect(part.next(page, read.answer)).toEqual(next);
      if (next === null) break;
      expect(next, `${object}: a position that comes back`).not.toEqual(position);
      position = viaJson(next);
    }
  }

  function ask(spec: RequestSpec): Promise<Answer> {
    expect(viaJson(spec)).toEqual(spec);
    return client.request(spec, { signal: new AbortController().signal });
  }

  async function answer(spec: RequestSpec) {
    whole.requests.push(spec);
    const { body, headers = {} } = await options.ask(spec);
    return { status: 200, headers, body: Buffer.from(body), providerTime: null };
  }
}

function readOne(input: PageInput): ReadPage | Promise<ReadPage> {
  const { feed } = input.part;
  return feed ? openFeedPage({ ...input, feed }).read() : readPage(input);
}

function positionIn({ delta }: ObjectDefinition, kind: 'full' | 'incremental' | 'delta' | 'keys', { answer }: ReadPage): string | null {
  if (!delta || kind === 'incremental' || kind === 'keys') return null;
  if (kind === 'full') return delta.start.from === 'listed' ? textAt(answer.envelope, delta.start.path) : null;
  return delta.mark.from === 'item' ? (answer.last?.watermark ?? null) : textAt(answer.envelope, delta.mark.path);
}

/** Where a feed is taken up before the full read; null: it has nothing yet, or the full listing says it. */
export async function startOf({ delta }: ObjectDefinition, ask: (spec: RequestSpec) => Promise<Answer> | Answer): Promise<string | null> {
  if (delta?.start.from !== 'asked') return null;
  const { body } = await ask(delta.start.request);
  return textAt(JSON.parse(String(body)) as Json, delta.start.path);
}

function textAt(envelope: Json, path: string): string | null {
  const value = readPath(envelope, compilePath(path));
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** What is left of the read: of several versions of a record the last, deleted ones gone. */
export function liveById(records: IncomingRecord[]): Map<string, Json> {
  const live = new Map<string, Json>();
  for (const { id, isDeleted, raw } of records) {
    if (isDeleted) live.delete(id);
    else live.set(id, JSON.parse(raw.toString('utf8')) as Json);
  }
  return live;
}

function raise(whole: WholeRead, type: Parameters<typeof compareWatermarks>[0] | undefined, mark: string | null): void {
  if (type === undefined || mark === null) return;
  if (whole.highest === null || compareWatermarks(type, whole.highest, mark) < 0) whole.highest = mark;
}

function viaJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
