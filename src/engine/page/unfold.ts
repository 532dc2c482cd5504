import { likeRecord } from '../../hub/incoming-record.ts';
import type { IncomingRecord, QuarantinedRecord } from '../../hub/types.ts';
import { type ChildDefinition, type ObjectDefinition, ProviderError, type ReadPart } from '../../kit/index.ts';
import { readPage } from './read-page.ts';
import { scopedId } from './scoped-id.ts';

export interface Unfolded {
  records: IncomingRecord[];
  quarantined: QuarantinedRecord[];
}

/**
 * Makes records of a list inside a record, read like a page: the bytes of each element are kept as they came. They are as old as
 * their parent, unless they say otherwise, and were asked for with it. null: the record has no such list, which says nothing.
 */
export function unfolder(child: ChildDefinition, recordBytesMax: number): (parent: IncomingRecord) => Unfolded | null {
  const { part, object } = asPage(child);
  return (parent) => {
    const listed = read({ body: parent.raw, part, object, headers: {}, askedSeq: parent.askedSeq, recordBytesMax });
    if (listed === null) return null;
    const records = listed.records.map((record) =>
      likeRecord(record, {
        id: scopedId(parent.id, record.id),
        modifiedAt: record.modifiedAt ?? parent.modifiedAt,
        isSanitised: record.isSanitised || parent.isSanitised,
      }),
    );
    const quarantined = listed.quarantined.map((one) => ({ ...one, id: one.id === null ? null : scopedId(parent.id, one.id) }));
    return { records, quarantined };
  };
}

function read(input: Parameters<typeof readPage>[0]): Unfolded | null {
  try {
    return readPage(input);
  } catch (error) {
    if (error instanceof ProviderError) return null;
    throw error;
  }
}

/** What a page's reader must know of an element, and nothing else. */
function asPage({ object, label, path, id, modifiedAt }: ChildDefinition): { part: ReadPart; object: ObjectDefinition } {
  const part: ReadPart = {
    name: object,
    signal: 'records',
    recordsPath: path,
    completeness: 'complete',
    request: notAsked,
    next: notAsked,
  };
  const record = { id, ...(modifiedAt === undefined ? {} : { modifiedAt }) };
  return { part, object: { label, docsUrl: '', record, pageSizeMax: 1, full: { parts: [part] }, scopes: [], visibilityLagSeconds: 0 } };
}

function notAsked(): never {
  throw new Error('a list inside a record is not asked for');
}
