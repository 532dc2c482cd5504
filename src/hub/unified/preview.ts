import { customValueSql } from '../../base/mapping/custom-sql.ts';
import { connectionIdsOf } from '../connection-ids.ts';
import { CopyOut } from '../copy-out.ts';
import { withVerifiedClient } from '../feed-page.ts';
import type { HubHandle } from '../handle.ts';
import { literal } from '../layout.ts';
import { asListingProblem } from '../listing/refusals.ts';
import { customerSetting } from '../read-page.ts';
import { pageRows, type UnifiedRow } from './page-rows.ts';
import { tablesOf } from './read-rows.ts';
import type { TableBranch, UnifiedBranch, UnifiedPreview, UnifiedPreviewInput } from './types.ts';
import { rowWriter } from './write-row.ts';

/** The session's setting that carries the tried declaration into the statement. */
const declarationSetting = 'syncline.declaration';

/** The newest live records, with the given custom fields. Reads only. */
export async function previewUnified(hub: HubHandle, input: UnifiedPreviewInput): Promise<UnifiedPreview> {
  const { customerId, recordsMax, fields } = input;
  try {
    return await withVerifiedClient(hub, async (client) => {
      const tables = await tablesOf(hub, client, input.branches);
      const { rows, onRow } = pageRows(recordsMax, tables);
      if (tables.length > 0) {
        await client.query('select set_config($1::text, $2::text, false), set_config($3::text, $4::text, false)', [
          ...[customerSetting, customerId ?? ''],
          ...[declarationSetting, JSON.stringify(fields)],
        ]);
        await client.query(new CopyOut(`copy (${previewSelect(hub, tables, input)}) to stdout (format binary)`, onRow)).done;
      }
      const connectionIds = await connectionIdsOf(hub, client, new Set(rows.map(({ connection }) => connection)));
      const branches = tables.map(({ branch }) => branch);
      const data = rows.map(rowWriter({ branches, connectionIds, expanded: null })).join();
      return { data, count: rows.length, withoutValue: countEmpty(rows, branches) };
    });
  } catch (error) {
    throw asListingProblem(error);
  }
}

function previewSelect({ names }: HubHandle, tables: readonly TableBranch[], { customerId, recordsMax }: UnifiedPreviewInput): string {
  const value = customValueSql({ raw: 'u.raw', path: 'm.path', type: 'm.type' });
  const custom = `(select coalesce(jsonb_object_agg(m.name, ${value}), '{}')
            from jsonb_to_recordset(current_setting(${literal(declarationSetting)})::jsonb) as m(name text, path text[], type text))`;
  const sources = tables.map(({ branch }, i) => `when ${i} then ${branch.texts('u.raw')}`).join(' ');
  const selects = tables.map(({ branch, table }, i) => {
    const where = [
      ...(customerId === undefined ? [] : [`t._syncline_customer_id = current_setting(${literal(customerSetting)})`]),
      ...(branch.where ? [branch.where('t.raw')] : []),
      't._syncline_deleted_at is null',
    ];
    return `(select t._syncline_seq as seq, t._syncline_connection as connection, t._syncline_customer_id as customer_id,
              t._syncline_record_id as record_id, t._syncline_synced_at as synced_at, ${i}::int4 as branch, t.raw
       from ${names.record(table.name)} t
       where ${where.join(' and ')}
       order by t._syncline_seq desc
       limit ${recordsMax})`;
  });
  return `
    select u.seq, u.connection, u.customer_id, u.record_id, u.synced_at, null::timestamptz, u.branch,
           case u.branch ${sources} end, ${custom}, u.raw
    from (${selects.join(' union all ')}) u
    order by u.seq desc
    limit ${recordsMax}`;
}

function countEmpty(rows: readonly UnifiedRow[], branches: readonly UnifiedBranch[]): Record<string, number> {
  const counts = new Map<string, number>();
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { branch, sources, customFields } of rows) {
    for (const [name, value] of Object.entries(sources === null ? branches[branch]!.nothing : branches[branch]!.read(sources)))
      if (value === 'null' || value === '[]') count(name);
    for (const [name, value] of Object.entries(JSON.parse(customFields))) if (value === null) count(`custom_fields.${name}`);
  }
  return Object.fromEntries(counts);
}
