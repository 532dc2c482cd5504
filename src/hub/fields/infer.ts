import { parsePath, readPath } from '../../base/path.ts';
import type { HubHandle } from '../handle.ts';
import { findTable } from '../tables.ts';
import { inferType } from './infer-type.ts';
import type { InferredField } from './types.ts';

const sampleRows = 200;
/** A record larger than this says nothing here. */
const sampledBytesMax = 64 * 1024;
const pathsMax = 3_000;

/** What the newest records show: every path that was met so far, with the type that fits each of its values in a sample. */
export async function inferFields(hub: HubHandle, where: { provider: string; object: string }): Promise<InferredField[]> {
  const table = await findTable(hub, where.provider, where.object);
  if (!table) return [];
  const shown = await hub.pool.query<{ path: string }>(
    `select distinct path from ${hub.names.shape} where table_name = $1::text order by path limit $2::int4`,
    [table.name, pathsMax],
  );
  const { rows } = await hub.pool.query<{ raw: unknown }>(
    `select s.raw
     from (select raw, _syncline_deleted_at
           from ${hub.names.record(table.name)}
           order by _syncline_seq desc
           limit $1::int4) s
     where s._syncline_deleted_at is null and pg_column_size(s.raw) <= $2::int4`,
    [sampleRows, sampledBytesMax],
  );
  return shown.rows.flatMap(({ path }) => {
    const compiled = parsePath(path);
    const values = rows.map(({ raw }) => readPath(raw, compiled)).filter((value) => value !== undefined && value !== null);
    const type = inferType(values);
    return type === null ? [] : [{ path, type, records: values.length }];
  });
}
