import type pg from 'pg';
import type { HubHandle } from '../handle.ts';
import type { HubField } from './types.ts';

/** Fields that were looked up stay known this long: a filter by one that was dropped meanwhile is refused by Postgres, no more. */
const keptMs = 5_000;
/** Objects of a hub whose fields this process remembers. */
const rememberedMax = 500;

type Remembered = Map<string, { until: number; fields: HubField[] }>;
const remembered = new WeakMap<HubHandle, Remembered>();

/** The declared fields of an object that its table has, oldest first: for filters and projections, at every page. */
export async function findFields(hub: HubHandle, provider: string, object: string): Promise<HubField[]> {
  const known = ofHub(hub);
  const key = `${provider}\u0000${object}`;
  const found = known.get(key);
  if (found && found.until > performance.now()) return found.fields;
  const fields = await readFields(hub, hub.pool, { provider, object });
  if (known.size >= rememberedMax) known.clear();
  known.set(key, { until: performance.now() + keptMs, fields });
  return fields;
}

/** The process that changed a field does not go on with what it knew before. */
export function forgetFields(hub: HubHandle): void {
  remembered.delete(hub);
}

/** The same without a memory, also inside a transaction. */
export async function readFields(
  hub: HubHandle,
  client: Pick<pg.Pool, 'query'>,
  { provider, object }: { provider: string; object: string },
): Promise<HubField[]> {
  const { rows } = await client.query<Omit<HubField, 'failedCasts'> & { failedCasts: string | null }>(
    `select f.id,
            f.table_name as "table",
            f.name,
            f.path,
            f.type,
            f.is_indexed as "isIndexed",
            f.status,
            f.failed_casts as "failedCasts"
     from ${hub.names.table} t
     join ${hub.names.field} f on f.table_name = t.name
     where t.provider = $1::text and t.object = $2::text
     order by f.position, f.id`,
    [provider, object],
  );
  return rows.map((row) => ({ ...row, failedCasts: row.failedCasts === null ? null : Number(row.failedCasts) }));
}

function ofHub(hub: HubHandle): Remembered {
  const known = remembered.get(hub);
  if (known) return known;
  const fresh: Remembered = new Map();
  remembered.set(hub, fresh);
  return fresh;
}
