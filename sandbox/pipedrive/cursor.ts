import { tryParseJson } from '../http.ts';
import { isJsonObject } from '../json.ts';
import { invalid } from './errors.ts';
import { time } from './render.ts';

export type SortField = 'id' | 'update_time';

/** The first item of the next page, and the order that it belongs to. */
export interface Cursor {
  field: SortField;
  id: string;
  updatedAt: number | null;
}

/** Their cursor decodes to `{field, fieldValue, sortDirection, id}` (seen in the documentation's examples, 2026-11). */
export function writeCursor(field: SortField, { id, updatedAt }: { id: string; updatedAt: number }): string {
  const fieldValue = field === 'id' ? Number(id) : time(updatedAt);
  return Buffer.from(JSON.stringify({ field, fieldValue, sortDirection: 'asc', id: Number(id) })).toString('base64url');
}

export function readCursor(text: string | null, sortedBy: SortField): Cursor | null {
  if (text === null) return null;
  const value = tryParseJson(Buffer.from(text, 'base64url').toString('utf8'));
  if (!isJsonObject(value) || typeof value.id !== 'number' || value.field !== sortedBy || value.sortDirection !== 'asc')
    throw invalid("parameter 'cursor' is not a valid cursor");
  const updatedAt = sortedBy === 'update_time' ? Date.parse(String(value.fieldValue)) : null;
  if (Number.isNaN(updatedAt)) throw invalid("parameter 'cursor' is not a valid cursor");
  return { field: sortedBy, id: String(value.id), updatedAt };
}
