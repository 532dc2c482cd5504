import { createHash } from 'node:crypto';
import type pg from 'pg';
import { connectionIdsOf } from '../connection-ids.ts';
import { withVerifiedClient } from '../feed-page.ts';
import type { HubHandle } from '../handle.ts';
import { literal } from '../layout.ts';
import { columnsOf, customerSetting, readRows } from '../read-page.ts';
import { findTable } from '../tables.ts';
import type { HubTable } from '../types.ts';
import { type Narrowed, narrow } from './narrow.ts';
import { membersCte } from './projection.ts';
import { asListingProblem } from './refusals.ts';
import type { FoundRecords, RecordsById } from './types.ts';

const idsSetting = 'syncline.ids';
/** A customer rarely has more connections with a record of the same id: the answer may hold several of each. */
const recordsPerIdMax = 10;

/**
 * Records by their ids at the provider, as they are now. Different connections may have records of the same id: without a connection
 * they are looked for in each of the customer's, by key.
 */
export async function getRecords(hub: HubHandle, input: RecordsById): Promise<FoundRecords> {
  const narrowed = await narrow(hub, input);
  try {
    return await withVerifiedClient(hub, async (client) => {
      const { hubId, incarnation } = await handOver(hub, client, { ...narrowed.settings, [idsSetting]: JSON.stringify(input.ids) });
      const table = await findTable(hub, input.provider, input.object, client);
      const found = table && !narrowed.isOfNobody ? await readByIds(hub, client, table, { narrowed, ids: input.ids }) : nothing(input.ids);
      const { seqSum, ...records } = found;
      const etag = createHash('sha256').update(JSON.stringify([hubId, incarnation, narrowed.filters, input.ids, records.count, seqSum]));
      return { ...records, etag: etag.digest('base64url') };
    });
  } catch (error) {
    throw asListingProblem(error);
  }
}

type Found = Omit<FoundRecords, 'etag'> & { seqSum: number };

async function readByIds(
  hub: HubHandle,
  client: pg.PoolClient,
  table: HubTable,
  { narrowed, ids }: { narrowed: Narrowed; ids: string[] },
): Promise<Found> {
  const met = { ids: new Set<string>(), last: '', connections: new Set<number>() };
  const listener = () => {
    Object.assign(met, { ids: new Set(), last: '', connections: new Set() });
    return (recordId: string, connection: number) => {
      met.ids.add(recordId);
      met.last = recordId;
      met.connections.add(connection);
    };
  };
  const select = idsSelect(hub, table, narrowed);
  const { page, finish } = await readRows(hub, client, { select, pageSize: ids.length * recordsPerIdMax, listener });
  const lookedAt = page.hasMore ? ids.slice(0, ids.indexOf(met.last) + 1) : ids;
  return {
    items: finish('').subarray(opening.length),
    count: page.count,
    connectionIds: [...(await connectionIdsOf(hub, client, met.connections)).values()],
    missingIds: lookedAt.filter((id) => !met.ids.has(id)),
    hasMore: page.hasMore,
    seqSum: page.seqSum,
  };
}

const opening = '{"data":[';

/** By key: (connection, record id). The connections come first, from the customer's, in the order of the ids that were given. */
function idsSelect(hub: HubHandle, table: HubTable, { customerId, connection, includeDeleted, projection }: Narrowed): string {
  const owners = [
    ...(customerId === undefined ? [] : [`c.customer_id = current_setting(${literal(customerSetting)})`]),
    ...(connection ? [`c.number = ${connection.number}`] : []),
    'true',
  ];
  return `
    ${projection ? `with ${membersCte}` : ''}
    select ${columnsOf({ projection })}
    from jsonb_array_elements_text(current_setting(${literal(idsSetting)})::jsonb) with ordinality as wanted(id, place)
    cross join (select number from ${hub.names.connection} c where ${owners.join(' and ')}) c
    join ${hub.names.record(table.name)} t on t._syncline_connection = c.number and t._syncline_record_id = wanted.id
    ${includeDeleted ? '' : 'where t._syncline_deleted_at is null'}
    order by wanted.place, c.number`;
}

async function handOver(hub: HubHandle, client: pg.PoolClient, settings: Record<string, string>) {
  const handed = Object.keys(settings).map((name, n) => `set_config(${literal(name)}, $${n + 1}::text, false)`);
  const { rows } = await client.query<{ hubId: string; incarnation: string }>(
    `select hub_id as "hubId", incarnation, ${handed.join(', ')} from ${hub.names.hub}`,
    Object.values(settings),
  );
  return rows[0]!;
}

function nothing(ids: string[]): Found {
  return { items: Buffer.alloc(0), count: 0, connectionIds: [], missingIds: ids, hasMore: false, seqSum: 0 };
}
