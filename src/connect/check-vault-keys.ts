import { timingSafeEqual } from 'node:crypto';
import { StartRefusal } from '../base/start-refusal.ts';
import { type Db, withTransaction } from '../db/index.ts';
import { type SealedColumn, sealedColumns, sqlOf } from './sealed-columns.ts';
import type { Vault } from './vault.ts';

/**
 * Refuses to start with keys that do not fit the database: another key under a known id, or a missing key that still
 * seals something. Found now, it is a sentence; found later, it is a connection that cannot be opened.
 */
export async function checkVaultKeys({ db, vault }: { db: Db; vault: Vault }): Promise<void> {
  await withTransaction({ db }, async (tx) => {
    for (const { id, fingerprint } of vault.keys) {
      await tx.$executeRaw`
        insert into vault_key (id, fingerprint, created_at)
        values (${id}::text, ${fingerprint}::bytea, syncline_now())
        on conflict (id) do nothing`;
      const stored = await tx.vaultKey.findUniqueOrThrow({ where: { id } });
      if (!timingSafeEqual(stored.fingerprint, fingerprint))
        throw new StartRefusal(`The vault key ${id} is not the one that this database was sealed with. ${mend(id)}`);
    }
    for (const keyId of await keyIdsInUse(tx)) {
      if (!vault.keys.some((key) => key.id === keyId))
        throw new StartRefusal(
          `Values in this database are sealed with the vault key ${keyId}, which is not configured. Add it behind the current key, then run \`reseal\`.`,
        );
    }
  });
}

/** The key that development makes for itself lies in a file, and has this id always. */
function mend(id: string): string {
  return id === 'development'
    ? 'Put the old `vault-key` back into the data folder (.syncline), or delete that folder to begin anew.'
    : 'Give the new key a new id and keep the old one behind it.';
}

async function keyIdsInUse(tx: Pick<Db['prisma'], '$queryRawUnsafe'>): Promise<string[]> {
  const parts = (Object.keys(sealedColumns) as SealedColumn[]).map((column) => {
    const { table, keyIdColumn } = sqlOf(column);
    return `select ${keyIdColumn} as id from ${table}`;
  });
  const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
    `select distinct id from (${parts.join(' union all ')}) used where id is not null`,
  );
  return rows.map((row) => row.id);
}
