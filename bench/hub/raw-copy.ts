import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { IncomingRecord } from '../../src/hub/index.ts';
import { seconds } from './measure.ts';

const chunkRows = 1000;

/**
 * The limit: one COPY stream of the same JSON into a table with the same key, as `\copy` of a file would send it; the
 * lines are made before the clock starts.
 */
export async function rawCopy(client: pg.ClientBase, records: IncomingRecord[]): Promise<number> {
  const chunks = linesOf(records);
  await client.query(`drop table if exists bench_copy;
    create table bench_copy (connection int4 not null, record_id text collate "C" not null, raw jsonb not null, primary key (connection, record_id));
    checkpoint`);
  return seconds(() => pipeline(Readable.from(chunks), client.query(copyFrom('copy bench_copy from stdin'))));
}

function linesOf(records: IncomingRecord[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0; from < records.length; from += chunkRows) {
    const lines = records.slice(from, from + chunkRows).map(({ id, raw }) => `1\t${id}\t${raw.toString().replaceAll('\\', '\\\\')}\n`);
    chunks.push(Buffer.from(lines.join('')));
  }
  return chunks;
}
