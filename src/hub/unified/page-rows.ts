import type { SourceRow } from '../../base/mapping/sources.ts';
import { isoTime } from '../iso-time.ts';
import { RowFields } from '../row-fields.ts';
import type { TableBranch } from './types.ts';

/** One row of `unifiedSelect`. */
export interface UnifiedRow {
  connection: number;
  customerId: string;
  recordId: string;
  /** As JSON. */
  syncedAt: string;
  deletedAt: string;
  branch: number;
  /** null: the record is not of the model. */
  sources: SourceRow | null;
  /** JSON text. */
  customFields: string;
  raw: string | null;
}

/** The answer is one body in memory; a page always has one record, however large. */
const pageBytesMax = 32 * 1024 * 1024;

/** Reads the rows of a page as they arrive in COPY's binary format. */
export function pageRows(pageSize: number, tables: readonly TableBranch[]) {
  const rows: UnifiedRow[] = [];
  const fields = new RowFields();
  const found = { hasMore: false, lastSeq: 0, droppedSeq: 0n, bytes: 0 };
  const synced = { at: Number.NaN, text: '' };

  function onRow(row: Buffer): void {
    fields.begin(row);
    const seq = fields.integer();
    const connection = fields.int();
    if (connection === null) found.droppedSeq = BigInt(seq ?? 0);
    else if (found.hasMore || rows.length === pageSize || (rows.length > 0 && found.bytes + row.length > pageBytesMax))
      found.hasMore = true;
    else {
      rows.push(read(connection));
      found.lastSeq = seq!;
      found.bytes += row.length;
    }
  }

  function read(connection: number): UnifiedRow {
    const customerId = fields.text();
    const recordId = fields.text();
    const syncedAt = syncedTime(fields.integer()!);
    const deleted = fields.integer();
    const branch = fields.int()!;
    const texts = fields.texts();
    const customFields = fields.json().toString('utf8');
    const raw = fields.json().toString('utf8');
    return {
      ...{ connection, customerId, recordId, syncedAt, branch },
      deletedAt: deleted === null ? 'null' : `"${isoTime(deleted)}"`,
      sources: texts === null ? null : tables[branch]!.branch.rowOf(texts),
      customFields: customFields === '' ? '{}' : customFields,
      raw: raw === '' ? null : raw,
    };
  }

  /** Records of one slice were synced at the same moment. */
  function syncedTime(microseconds: number): string {
    if (synced.at !== microseconds) Object.assign(synced, { at: microseconds, text: `"${isoTime(microseconds)}"` });
    return synced.text;
  }

  return { onRow, rows, found };
}
