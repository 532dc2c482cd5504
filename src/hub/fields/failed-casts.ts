import { ident } from '../../db/sql.ts';
import type { HubHandle } from '../handle.ts';
import { sweepTransaction } from '../transaction.ts';
import { sourceSql, sourceTextSql } from './ddl.ts';
import { findFieldRow } from './field-rows.ts';

/** A count is worth this much of a large table's time; then the last one has to do. */
const countMsMax = 5_000;
const cancelled = '57014';

/**
 * Live records that have a value which did not fit the field's type: the column is null there. JSON null and an empty text are no
 * value. null: never counted in the time there is.
 */
export async function countFailedCasts(hub: HubHandle, { id }: { id: string }): Promise<number | null> {
  const field = await findFieldRow(hub, hub.pool, id);
  if (!field) return null;
  const counted = await sweepTransaction(hub, async (tx) => {
    await tx.query(`set local statement_timeout = ${countMsMax}`);
    const { rows } = await tx.query<{ count: string }>(
      `select count(*)
       from ${hub.names.record(field.table)} t
       where t._syncline_deleted_at is null
         and t.${ident(field.name)} is null
         and jsonb_typeof(${sourceSql(field, 't.raw')}) <> 'null'
         and ${sourceTextSql(field, 't.raw')} <> ''`,
    );
    return rows[0]!.count;
  }).catch((error: Error & { code?: string }) => {
    if (error.code !== cancelled) throw error;
    return null;
  });
  const { rows } = await hub.pool.query<{ count: string | null }>(
    `update ${hub.names.field} set failed_casts = coalesce($2::int8, failed_casts) where id = $1::text returning failed_casts as count`,
    [id, counted],
  );
  return rows[0]?.count == null ? null : Number(rows[0].count);
}
