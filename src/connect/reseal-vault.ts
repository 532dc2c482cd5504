import { AppError } from '../base/errors.ts';
import type { Args, Db } from '../db/index.ts';
import type { Logger } from '../ops/logger.ts';
import type { ConnectCtx } from './context.ts';
import { type SealedColumn, sealedColumns, sqlOf } from './sealed-columns.ts';
import type { Vault } from './vault.ts';

/** Values opened and sealed per statement. */
const batchRowsMax = 200;

/**
 * Seals with the current key whatever another key sealed, in batches, beside running traffic. Afterwards the old key may go.
 * A value that does not open (moved, damaged) is logged and left: one row must not keep the others under an old key.
 */
export async function resealVault({ ctx }: Pick<Args<never, ConnectCtx>, 'ctx'>): Promise<{ resealed: number; unreadable: number }> {
  if (ctx.actor.kind !== 'operator') throw new AppError('scope_missing', 'Only the operator of the installation re-seals its secrets.');
  const total = { resealed: 0, unreadable: 0 };
  for (const column of Object.keys(sealedColumns) as SealedColumn[]) {
    const { resealed, unreadable } = await resealColumn(ctx, column);
    total.resealed += resealed;
    total.unreadable += unreadable;
  }
  return total;
}

async function resealColumn({ db, vault, log }: ConnectCtx, column: SealedColumn): Promise<{ resealed: number; unreadable: number }> {
  const total = { resealed: 0, unreadable: 0 };
  // Keyset by the row's id: a row that changes under us is passed once and cannot keep the loop going.
  for (let after = ''; ; ) {
    const batch = await readBatch(db, vault, column, after);
    const last = batch.at(-1);
    if (!last) return total;
    const fresh = batch.map((row) => resealRow(vault, log, column, row)).filter((row) => row !== null);
    total.unreadable += batch.length - fresh.length;
    total.resealed += await writeBatch(db, vault, column, fresh);
    after = last.row_id;
  }
}

function resealRow(vault: Vault, log: Logger, column: SealedColumn, row: SealedRow): (SealedRow & { fresh: Buffer }) | null {
  const place = `${column}:${row.row_id}` as const;
  try {
    return { ...row, fresh: vault.seal(place, vault.open(place, row.sealed)).sealed };
  } catch (error) {
    log.error({ err: error, place }, 'a sealed value could not be opened and was left as it is');
    return null;
  }
}

interface SealedRow {
  row_id: string;
  sealed: Buffer;
}

async function readBatch(db: Db, vault: Vault, column: SealedColumn, after: string): Promise<SealedRow[]> {
  const { table, name, keyIdColumn, rowId } = sqlOf(column);
  const { rows } = await db.pool.query<SealedRow>(
    `select ${rowId} as row_id, ${name} as sealed
     from ${table}
     where ${keyIdColumn} <> $1::text
     and ${rowId} > $2::text
     order by 1
     limit ${batchRowsMax}`,
    [vault.currentKeyId, after],
  );
  return rows;
}

/** Compare-and-set on the sealed bytes: what was saved meanwhile is sealed with the current key already. */
async function writeBatch(db: Db, vault: Vault, column: SealedColumn, batch: (SealedRow & { fresh: Buffer })[]): Promise<number> {
  const { table, name, keyIdColumn, rowId } = sqlOf(column);
  const { rowCount } = await db.pool.query(
    `update ${table}
     set ${name} = r.fresh,
         ${keyIdColumn} = $4::text
     from unnest($1::text[], $2::bytea[], $3::bytea[]) as r (row_id, stale, fresh)
     where ${rowId} = r.row_id
     and ${name} = r.stale`,
    [batch.map(({ row_id }) => row_id), batch.map(({ sealed }) => sealed), batch.map(({ fresh }) => fresh), vault.currentKeyId],
  );
  return rowCount ?? 0;
}
