import { isJsonObject, type JsonObject, writeJson } from '../json.ts';
import type { Row } from '../store/types.ts';

/** The record as list and get give it. `keys`: the custom fields that were asked for; null: all. */
export function renderRecord(row: Row, keys: string[] | null): string {
  const { custom_fields: custom, ...fields } = row.fields;
  const common: JsonObject = {
    id: Number(row.id),
    ...fields,
    add_time: time(row.createdAt),
    update_time: time(row.updatedAt),
    is_deleted: row.deletedAt !== null,
  };
  if (custom === undefined) return writeJson(common);
  return writeJson({ ...common, custom_fields: keys === null || !isJsonObject(custom) ? custom : only(custom, keys) });
}

function only(fields: JsonObject, keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => keys.includes(key)));
}

/** RFC 3339 in whole seconds. */
export function time(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
