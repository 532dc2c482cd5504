import { type JsonObject, writeJson } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Entry, Row } from '../store/types.ts';
import { toBytes } from './byte-text.ts';
import type { OwnObject } from './objects.ts';
import { tokenOf } from './token.ts';

/** What a writer cannot set: it comes from the record itself. */
const systemNames = new Set(['id', 'created_at', 'updated_at', 'is_deleted', 'deleted_at', 'version', 'token']);

/** A record as JSON byte text. Generated ones are put together from strings, no object is made. */
export function renderer(name: string, object: OwnObject, store: Store, seed: number): (entry: Entry) => string {
  const { model } = store;
  const identity = object.identity ?? (name === 'revisions' ? (id: string) => `"id":${id}` : (id: string) => `"id":${JSON.stringify(id)}`);
  // Two neighbours share their times: they are written once.
  let pair = { key: Number.NaN, text: '' };
  return (entry) => {
    if (typeof entry !== 'number') return toBytes(entry.raw ?? written(entry));
    if (entry >> 1 !== pair.key) pair = { key: entry >> 1, text: timesOf(entry) };
    return `{${identity(model.idOf(entry))}${pair.text}${watermark(entry)},${object.content(seed, entry)}}`;
  };

  function timesOf(n: number): string {
    return system(isoOf(model.createdAtOf(n)), isoOf(model.updatedAtOf(n)), null);
  }

  function written(row: Row): string {
    const deleted = row.deletedAt === null ? null : isoOf(row.deletedAt);
    const fields = writeJson(contentOf(row)).slice(1, -1);
    const times = system(isoOf(row.createdAt), isoOf(row.updatedAt), deleted);
    return `{${identity(row.id)}${times}${watermark(row.version)}${fields ? `,${fields}` : ''}}`;
  }

  function contentOf(row: Row): JsonObject {
    const isOwn = (key: string) => !systemNames.has(key) && !object.hiddenFields?.includes(key);
    return Object.fromEntries(Object.entries(row.fields).filter(([key]) => isOwn(key)));
  }

  function system(created: string, updated: string, deleted: string | null): string {
    const mark = object.hasDeleteMark ? `,"is_deleted":${deleted !== null},"deleted_at":${deleted === null ? 'null' : `"${deleted}"`}` : '';
    return `,"created_at":"${created}","updated_at":"${updated}"${mark}`;
  }

  function watermark(version: number): string {
    if (object.changes === 'since_version') return `,"version":${version}`;
    return object.changes === 'since' ? `,"token":"${tokenOf(version)}"` : '';
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
