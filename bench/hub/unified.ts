import pg from 'pg';
import { createApplication, customerId, fillHub, follow, pageRows, readers, startApi } from './listing.ts';
import { median, seconds } from './measure.ts';

/** Pages of a model over pages of the records that it is made of: the same rows, the same readers, each through the HTTP API. */
export async function measureUnified({
  url,
  rows,
  rounds,
}: {
  url: string;
  rows: number;
  rounds: number;
}): Promise<Record<string, number>> {
  const api = await startApi(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { schema, apiKey } = await createApplication(api.url);
    await fillHub(url, schema, { provider: 'hubspot', to: rows });
    await client.query(`vacuum analyze ${schema}.hubspot_contacts`);
    const pagesOf = (path: string) => ({ url: api.url, path: `${path}?customer_id=${customerId}&page_size=${pageRows}`, apiKey });
    const raw = pagesOf('/v1/records/hubspot/contacts');
    const unified = pagesOf('/v1/unified/crm/contact');
    const readBy = (count: number, list: typeof raw) =>
      seconds(() => Promise.all(Array.from({ length: count }, () => follow(list)))).then((took) => (count * rows) / took);
    for (const list of [raw, unified]) await follow(list);
    const found = { raw: [] as number[], unified: [] as number[], rawOne: [] as number[], unifiedOne: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      found.raw.push(await readBy(readers, raw));
      found.unified.push(await readBy(readers, unified));
      found.rawOne.push(await readBy(1, raw));
      found.unifiedOne.push(await readBy(1, unified));
    }
    const over = (ours: number[], theirs: number[]) => median(ours.map((rate, round) => rate / theirs[round]!));
    return {
      unified_rows_per_second: median(found.unified),
      unified_listing_over_raw_listing: over(found.unified, found.raw),
      unified_one_reader_over_raw: over(found.unifiedOne, found.rawOne),
    };
  } finally {
    await client.end();
    await api.stop();
  }
}
