import { isJsonObject, type JsonObject } from '../json.ts';
import type { Deleted, Row } from './types.ts';

export function isListed(row: Row, deleted: Deleted): boolean {
  if (row.isGone) return false;
  if (deleted === 'include') return true;
  return (row.deletedAt !== null) === (deleted === 'only');
}

/** How many earlier versions a lagging search can still show. */
const historyMax = 5;

export function withoutHistory(row: Row, depth = 1): Row {
  if (row.previous === null) return row;
  return { ...row, previous: depth >= historyMax ? null : withoutHistory(row.previous, depth + 1) };
}

/** Objects are merged key by key, everything else is replaced. */
export function mergeFields(fields: JsonObject, patch: JsonObject): JsonObject {
  const merged = { ...fields };
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key];
    merged[key] = isJsonObject(value) && isJsonObject(old) ? mergeFields(old, value) : value;
  }
  return merged;
}
