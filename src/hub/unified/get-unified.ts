import { findConnection } from '../connections.ts';
import { withVerifiedClient } from '../feed-page.ts';
import type { HubHandle } from '../handle.ts';
import { asListingProblem } from '../listing/refusals.ts';
import { customerSetting } from '../read-page.ts';
import { etagOf } from './list-unified.ts';
import type { UnifiedRow } from './page-rows.ts';
import { remoteIdSetting } from './page-sql.ts';
import { readRows, tablesOf, writeRows } from './read-rows.ts';
import type { UnifiedById, UnifiedFound } from './types.ts';

/** Above every seq: a record is shown as it is now, wherever it stands in the feed. */
const everything = { after: 0n, upTo: 2n ** 63n - 1n };

/** One record of a model as it is now, by the key of the tables. */
export async function getUnified(hub: HubHandle, input: UnifiedById): Promise<UnifiedFound> {
  const { branches, remoteId, includeDeleted, includeRaw, customFields, expand } = input;
  const connection = await findConnection(hub, input.connectionId);
  if (!connection) return { outcome: 'none' };
  const customerId = input.customerId ?? connection.customerId;
  try {
    return await withVerifiedClient(hub, async (client): Promise<UnifiedFound> => {
      const tables = await tablesOf(hub, client, branches);
      if (tables.length === 0) return { outcome: 'none' };
      await client.query('select set_config($1::text, $2::text, false), set_config($3::text, $4::text, false)', [
        ...[customerSetting, customerId],
        ...[remoteIdSetting, remoteId],
      ]);
      const { rows } = await readRows(hub, client, tables, {
        ...{ ...everything, customerId, connection, includeDeleted, includeRaw, customFields },
        ...{ hasRemoteId: true, fieldConditions: [], pageSize: tables.length },
      });
      const row = theOne(rows);
      if (typeof row === 'string') return { outcome: row };
      const body = Buffer.from(await writeRows(hub, client, { tables, rows: [row], expand }), 'utf8');
      return { outcome: 'found', body, etag: etagOf(body) };
    });
  } catch (error) {
    throw asListingProblem(error);
  }
}

/** Objects of a provider may use the same ids: what is of the model counts before what was, and that before what never was. */
function theOne(rows: readonly UnifiedRow[]): UnifiedRow | 'none' | 'many' {
  const ofModel = rows.filter(({ sources, deletedAt }) => sources !== null && deletedAt === 'null');
  if (ofModel.length > 1) return 'many';
  // The rows are in the order of their changes.
  return ofModel[0] ?? rows.findLast(({ sources }) => sources !== null) ?? rows.at(-1) ?? 'none';
}
