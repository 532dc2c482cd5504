import { ident } from '../../db/sql.ts';
import type { HubHandle } from '../handle.ts';
import { writeTransaction } from '../transaction.ts';
import { valueSql } from './ddl.ts';
import { findFieldRow } from './field-rows.ts';

/** A writer that meets the rows of a step waits for it: this long, about. */
const stepMs = 40;
const stepRowsMin = 20;
const stepRowsMax = 2_000;
/** Longer than a writer of ours can hold a record. */
const lockMsMax = 4_000;

/** Lock not available, statement cancelled: somebody holds a record of the step. */
const givesWay = new Set(['55P03', '57014']);

/**
 * Fills a kept column in the records that are there, in the order of their keys. The position commits with each step, so that
 * whoever comes next goes on there. A value is taken from the record as it stands when the step has its lock; whatever is
 * written meanwhile is kept by the trigger. No seq moves: a reader of the feed sees no change, for there was none.
 */
export async function fillField(hub: HubHandle, { id, msMax }: { id: string; msMax: number }): Promise<{ remaining: boolean }> {
  const until = performance.now() + msMax;
  let rows = stepRowsMax / 4;
  do {
    const begun = performance.now();
    try {
      if (!(await fillStep(hub, id, rows))) return { remaining: false };
    } catch (error) {
      if (!givesWay.has((error as { code?: string }).code ?? '')) throw error;
      return { remaining: true };
    }
    const factor = stepMs / Math.max(1, performance.now() - begun);
    rows = Math.round(Math.min(stepRowsMax, Math.max(stepRowsMin, rows * Math.min(2, factor))));
  } while (performance.now() < until);
  return { remaining: true };
}

/** False: there are no records behind the position. */
async function fillStep(hub: HubHandle, id: string, rowsMax: number): Promise<boolean> {
  return writeTransaction(hub, async (tx) => {
    await tx.query(`set local lock_timeout = ${lockMsMax}`);
    const at = await tx.query<{ connection: number; record: string }>(
      `select coalesce(filled_connection, 0) as connection, coalesce(filled_record_id, '') as record
       from ${hub.names.field}
       where id = $1::text and method = 'kept'
       for update`,
      [id],
    );
    const field = await findFieldRow(hub, tx, id);
    if (!field || !at.rows[0]) return false;
    const from = [at.rows[0].connection, at.rows[0].record];
    const table = hub.names.record(field.table);
    const { rows } = await tx.query<{ connection: number; record: string }>(
      `select b.connection, b.record
       from (select _syncline_connection as connection, _syncline_record_id as record
             from ${table}
             where (_syncline_connection, _syncline_record_id) > ($1::int4, $2::text)
             order by _syncline_connection, _syncline_record_id
             limit $3::int4) b
       order by b.connection desc, b.record desc
       limit 1`,
      [...from, rowsMax],
    );
    const last = rows[0];
    if (!last) return false;
    const value = valueSql(hub.names, field, 't.raw');
    await tx.query(
      `update ${table} t
       set ${ident(field.name)} = ${value}
       where (t._syncline_connection, t._syncline_record_id) > ($1::int4, $2::text)
         and (t._syncline_connection, t._syncline_record_id) <= ($3::int4, $4::text)
         and t.${ident(field.name)} is null
         and (${value}) is not null`,
      [...from, last.connection, last.record],
    );
    await tx.query(`update ${hub.names.field} set filled_connection = $2::int4, filled_record_id = $3::text where id = $1::text`, [
      id,
      last.connection,
      last.record,
    ]);
    return true;
  });
}
