import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkVaultKeys } from '../../src/connect/check-vault-keys.ts';
import { openConnectionClient } from '../../src/connect/client.ts';
import { resealVault } from '../../src/connect/reseal-vault.ts';
import { createVault } from '../../src/connect/vault.ts';
import { createWorld, vaultKeys, type World } from './support/world.ts';

const [k1] = vaultKeys;
const k2 = { id: 'k2', key: Buffer.alloc(32, 2) };
let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.createProviderConfig();
  await checkVaultKeys({ db: world.db, vault: world.ctx.vault });
});
afterAll(() => world.close());

test('another key under a known id refuses to start', async () => {
  const vault = createVault({ keys: [{ id: 'k1', key: Buffer.alloc(32, 9) }] });
  await expect(checkVaultKeys({ db: world.db, vault })).rejects.toThrow(/k1 is not the one that this database was sealed with/);
});

test('a credential that was moved to another connection’s row does not open, and keeps no other from being re-sealed', async () => {
  const own = await createWorld();
  await own.createProviderConfig();
  const one = await own.connect({ account: 'row-one' });
  const two = await own.connect({ account: 'row-two' });
  await own.pool.query(
    'update connection set credentials_sealed = (select credentials_sealed from connection where id = $1) where id = $2',
    [one.connectionId, two.connectionId],
  );
  await expect(own.openClient(two.connectionId)).rejects.toThrow(/does not open/);
  const damaged = createVault({ keys: [{ id: 'k3', key: Buffer.alloc(32, 3) }, k2, k1!] });
  const { unreadable } = await resealVault({ ctx: { ...own.ctxFor({ kind: 'operator', id: 'cli' }), vault: damaged } });
  expect(unreadable).toBe(1);
  await own.close();
});

test('only the operator re-seals', async () => {
  await expect(resealVault({ ctx: world.ctx })).rejects.toMatchObject({ code: 'scope_missing' });
});

test('a start without a key that still seals something is refused; after re-sealing the old key may go', async () => {
  const { connectionId } = await world.connect({ account: 'kept' });
  await world.createSession();
  const ids = await addRows(connectionId, rowsOfSeveralBatches);
  const onlyNew = createVault({ keys: [k2] });
  await expect(checkVaultKeys({ db: world.db, vault: onlyNew })).rejects.toThrow(/k1, which is not configured/);

  const both = createVault({ keys: [k2, k1!] });
  await checkVaultKeys({ db: world.db, vault: both });
  const operator = { ...world.ctxFor({ kind: 'operator', id: 'cli' }), vault: both };
  const { resealed } = await resealVault({ ctx: operator });
  expect(resealed).toBeGreaterThanOrEqual(rowsOfSeveralBatches + 2);
  expect(await resealVault({ ctx: operator })).toEqual({ resealed: 0, unreadable: 0 });

  await checkVaultKeys({ db: world.db, vault: onlyNew });
  const client = await openConnectionClient({ ctx: { ...world.ctx, vault: onlyNew }, connectionId });
  expect((await client.request({ method: 'GET', path: '/crm/v1/contacts' }, { signal: AbortSignal.timeout(5000) })).status).toBe(200);
  const row = await world.db.prisma.connection.findUniqueOrThrow({ where: { id: ids.at(-1)! } });
  expect(onlyNew.open(`connection.credentials_sealed:${row.id}`, row.credentialsSealed!)).toContain('api_key');
});

const rowsOfSeveralBatches = 450;

async function addRows(like: string, count: number): Promise<string[]> {
  const row = await world.db.prisma.connection.findUniqueOrThrow({ where: { id: like } });
  const ids = Array.from({ length: count }, (_, n) => `conn_many_${n}`);
  await world.db.prisma.connection.createMany({
    data: ids.map((id) => {
      const { sealed, keyId } = world.ctx.vault.seal(`connection.credentials_sealed:${id}`, '{"kind":"api_key","apiKey":"k"}');
      return { ...row, id, captured: {}, rateLimits: [], remoteAccountId: id, credentialsSealed: sealed, credentialsKeyId: keyId };
    }),
  });
  return ids;
}
