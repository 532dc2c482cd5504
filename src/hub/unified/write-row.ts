import type { UnifiedRow } from './page-rows.ts';
import type { UnifiedBranch } from './types.ts';

interface Writing {
  branches: readonly UnifiedBranch[];
  connectionIds: ReadonlyMap<number, string>;
  expanded: { fields: readonly string[]; valueOf: (row: UnifiedRow, field: string) => string } | null;
}

/** A row as JSON text. What rows of one connection share is made into text once. */
export function rowWriter({ branches, connectionIds, expanded }: Writing): (row: UnifiedRow) => string {
  const owners = new Map<string, { id: string; text: string }>();

  function ownerOf({ connection, customerId, branch }: UnifiedRow) {
    const key = `${connection} ${branch}`;
    const known = owners.get(key);
    if (known) return known;
    const id = connectionIds.get(connection)!;
    const text = `"provider":${JSON.stringify(branches[branch]!.provider)},"customer_id":${JSON.stringify(customerId)},"connection_id":${JSON.stringify(id)}`;
    const owner = { id, text };
    owners.set(key, owner);
    return owner;
  }

  return (row) => {
    const { id, text } = ownerOf(row);
    const { recordId, syncedAt, deletedAt, sources, customFields, raw } = row;
    const isDeleted = deletedAt !== 'null' || sources === null;
    const head = `{"id":${JSON.stringify(`${id}/${recordId}`)},"remote_id":${JSON.stringify(recordId)},${text},"last_modified_at":${syncedAt},"synced_at":${syncedAt},"is_deleted":${isDeleted},"deleted_at":${deletedAt}`;
    return `${head},${fieldsOf(row)},"custom_fields":${sources === null ? '{}' : customFields}${raw === null ? '' : `,"raw":${raw}`}}`;
  };

  function fieldsOf(row: UnifiedRow): string {
    const { read, write, nothing } = branches[row.branch]!;
    if (row.sources === null) return members(nothing);
    if (!expanded) return write(row.sources);
    const fields = read(row.sources);
    for (const field of expanded.fields) fields[field] = expanded.valueOf(row, field);
    return members(fields);
  }
}

function members(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    .join(',');
}
