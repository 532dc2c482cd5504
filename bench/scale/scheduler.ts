import pg from 'pg';
import { createDb } from '../../src/db/index.ts';
import { defaultLimits } from '../../src/ops/config.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { claimDueSyncs } from '../../src/syncs/index.ts';
import { median } from '../hub/measure.ts';

const objectsEach = 5;
const small = 5_000;
const big = 50_000;
const idleTicks = 50;

/**
 * What the scheduler itself costs: finding due syncs and queueing their jobs, with every sync of the installation due at once, which is
 * the worst that an hour can bring. 10,000 customers × 5 objects against a tenth of them.
 */
export async function measureScheduler({ url, rounds }: { url: string; rounds: number }) {
  const log = createLogger({ logLevel: 'warn' });
  const db = createDb({ url, poolMax: 4, log });
  const ctx = { db, limits: defaultLimits };
  const client = new pg.Client({ connectionString: url });
  await client.connect();

  const claimAll = async (expected: number): Promise<number> => {
    await makeDue(client);
    const begin = performance.now();
    let claimed = 0;
    for (let batch = -1; batch !== 0; claimed += batch) batch = await claimDueSyncs({ ctx });
    const ms = performance.now() - begin;
    if (claimed !== expected) throw new Error(`${claimed} syncs were claimed instead of ${expected}`);
    return ms / (expected / 1000);
  };

  const measured = async (syncs: number) => {
    await fill(client, syncs);
    await claimAll(syncs); // plans, pages and prepared statements are warm in a scheduler that runs
    const found: number[] = [];
    for (let round = 0; round < rounds; round++) found.push(await claimAll(syncs));
    return median(found);
  };

  const few = await measured(small);
  const many = await measured(big);
  const begin = performance.now();
  for (let i = 0; i < idleTicks; i++) await claimDueSyncs({ ctx });
  const idle = (performance.now() - begin) / idleTicks;
  await client.end();
  await db.close();
  return {
    scheduler_ms_per_1000_due_at_5k: few,
    scheduler_ms_per_1000_due: many,
    scheduler_growth_5k_to_50k: many / few,
    scheduler_idle_tick_ms: idle,
  };
}

async function fill(client: pg.Client, syncs: number): Promise<void> {
  await client.query('truncate application cascade');
  await client.query(`
    insert into application (id, name, return_urls, origins, created_at) values ('app_bench', 'Bench', '{}', '{}', now());
    insert into provider_config (id, application_id, provider, auth_kind, scopes, created_at, updated_at)
    values ('pcfg_bench', 'app_bench', 'sandbox', 'api_key', '{}', now(), now());
    insert into destination (id, application_id, name, kind, schema, created_at)
    values ('dst_bench', 'app_bench', 'hosted', 'hosted', 'hub_bench', now());
    insert into sync_config (id, application_id, provider_config_id, provider, destination_id, objects, created_at, updated_at)
    values ('scfg_bench', 'app_bench', 'pcfg_bench', 'sandbox', 'dst_bench', '[]', now(), now())`);
  const customers = syncs / objectsEach;
  await client.query(
    `insert into customer (application_id, id, created_at, updated_at)
     select 'app_bench', 'customer-' || i, now(), now() from generate_series(1, $1::int) i`,
    [customers],
  );
  await client.query(
    `insert into connection (id, application_id, customer_id, provider_config_id, provider, auth_kind, status, scopes, created_at, updated_at)
     select 'conn_' || i, 'app_bench', 'customer-' || i, 'pcfg_bench', 'sandbox', 'api_key', 'active', '{}', now(), now()
     from generate_series(1, $1::int) i`,
    [customers],
  );
  await client.query(
    `insert into sync (id, application_id, customer_id, connection_id, sync_config_id, destination_id, provider, object, strategy,
                       interval_seconds, created_at, updated_at)
     select 'sync_' || md5(i || '-' || o), 'app_bench', 'customer-' || i, 'conn_' || i, 'scfg_bench', 'dst_bench', 'sandbox', 'object_' || o,
            'full_only', 3600, now(), now()
     from generate_series(1, $1::int) i, generate_series(1, $2::int) o`,
    [customers, objectsEach],
  );
}

/** All due, within the last hour, and nothing of it queued. */
async function makeDue(client: pg.Client): Promise<void> {
  await client.query('truncate graphile_worker._private_jobs');
  await client.query(`update sync set lease_until = null, lease_owner = null, next_run_at = now() - random() * interval '1 hour'`);
  await client.query('vacuum analyze sync');
  await client.query('checkpoint');
}
