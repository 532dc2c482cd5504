import { buildIndex } from '../build-index.ts';
import type { HubHandle } from '../handle.ts';
import { createIndex, indexName } from './ddl.ts';
import { findFieldRow } from './field-rows.ts';
import { forgetFields } from './find-fields.ts';

/**
 * Builds the field's index without holding any writer up. `remaining`: another worker is building it, or `signal` ended this one. What is left
 * behind then, or by a worker that died, is not valid, is used by nobody, and is built anew.
 */
export async function indexField(hub: HubHandle, { id, signal }: { id: string; signal?: AbortSignal }): Promise<{ remaining: boolean }> {
  const field = await findFieldRow(hub, hub.pool, id);
  if (!field) return { remaining: false };
  const { remaining } = await buildIndex(hub, {
    key: id,
    name: indexName(id),
    create: createIndex(hub.names, field.table, field),
    signal,
  });
  if (remaining) return { remaining: true };
  await hub.pool.query(`update ${hub.names.field} set is_indexed = true where id = $1::text`, [id]);
  forgetFields(hub);
  return { remaining: false };
}
