import pg from 'pg';
import { loadTogether } from '../end-to-end/load-together.ts';
import type { BenchProduct } from '../end-to-end/product.ts';

/** 1M for one where 500 have 200 each. */
const bigRowsFactor = 5;
const rowsPerSmall = 400;
const smallRows = 200;

/**
 * One customer with very many records and many with few, due at the same moment on one worker.
 *
 * `small_customer_delay_slices`: how many turns (slices) of the big one were begun before the first turn of a small one, the worst of
 * them. A small one is read in one turn, so this is all that it ever waits for the big one; taking turns fairly, it is 1 or 2 for
 * those behind it in the queue, however many others there are.
 *
 * `fairness_over_serial`: the time that the big one and the small ones take apart, one after the other, over the time together.
 */
export async function measureFairness({ url, product, rows }: { url: string; product: BenchProduct; rows: number }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const big = rows * bigRowsFactor;
  const smalls = (round: string) =>
    Object.fromEntries(Array.from({ length: Math.ceil(rows / rowsPerSmall) }, (_, i) => [`${round}-${i}`, smallRows]));
  const loadSettled = async (sizes: Record<string, number>) => {
    await settle(client);
    return loadTogether(product, { sizes });
  };
  const bigAlone = await loadSettled({ 'big-alone': big });
  const smallsAlone = await loadSettled(smalls('alone'));
  await watchTurns(client);
  const together = await loadSettled({ 'big-together': big, ...smalls('together') });
  const delays = await readDelays(client, 'big-together');
  await client.end();
  const slices = [...together.runs].filter(([name]) => name !== 'big-together').map(([, run]) => Number(run.slices));
  if (Math.max(...slices) > 1) throw new Error(`a small customer took ${Math.max(...slices)} slices: the delay would count too little`);
  return {
    small_customer_delay_slices: Math.max(...delays),
    small_customers: delays.length,
    fairness_over_serial: (bigAlone.seconds + smallsAlone.seconds) / together.seconds,
  };
}

/**
 * What the load before has left to be written and cleaned up would be done during the next one, and the order of the loads would count
 * (a first load of a million records ends with nearly all of its 1.5 GB still to be written by Postgres).
 */
async function settle(client: pg.Client): Promise<void> {
  await client.query('vacuum (analyze)');
  await client.query('checkpoint');
}

/** Every turn begins with a lease, whose fence is the one before plus one. */
async function watchTurns(client: pg.Client): Promise<void> {
  await client.query(`
    create table bench_turn (n bigint generated always as identity, customer_id text not null);
    create function bench_note_turn() returns trigger language plpgsql as $$
    begin
      insert into bench_turn (customer_id) values (new.customer_id);
      return null;
    end
    $$;
    create trigger bench_turn after update of fence on sync
    for each row when (new.fence > old.fence and new.lease_owner is not null) execute function bench_note_turn()`);
}

async function readDelays(client: pg.Client, big: string): Promise<number[]> {
  const { rows } = await client.query<{ delay: number }>(
    `select (select count(*) from bench_turn b where b.customer_id = $1::text and b.n < first.n)::int as delay
     from (select customer_id, min(n) as n from bench_turn group by customer_id) first
     where first.customer_id <> $1::text`,
    [big],
  );
  return rows.map(({ delay }) => delay);
}
