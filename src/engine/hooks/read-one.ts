import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import type { ObjectDefinition, ReadPart } from '../../kit/index.ts';
import { observedHash } from '../page/observed-hash.ts';
import { readPage } from '../page/read-page.ts';

interface Reader {
  definition: ObjectDefinition;
  sync: { observedFields: string[] };
  ctx: { limits: { recordBytesMax: number } };
}

/** One record by itself, read like one of a page. An answer that is no JSON is a `ProviderError`. */
export function readOne(
  { definition, sync, ctx }: Reader,
  body: Buffer,
  askedSeq: bigint,
): { record: IncomingRecord | null; quarantined: QuarantinedRecord | null } {
  const page = readPage({
    body: Buffer.concat([Buffer.from('['), body, Buffer.from(']')]),
    part: single,
    object: definition,
    headers: {},
    askedSeq,
    recordBytesMax: ctx.limits.recordBytesMax,
  });
  const record = page.records[0] ?? null;
  if (record && sync.observedFields.length > 0) record.hash = observedHash(record.raw, sync.observedFields);
  return { record, quarantined: page.quarantined[0] ?? null };
}

/** A page of one record is never asked for as a page. */
const single: ReadPart = {
  name: 'single',
  signal: 'records',
  recordsPath: '',
  completeness: 'complete',
  request: () => {
    throw new Error('a single record is not read by pages');
  },
  next: () => null,
};
