import type { Hub, HubTable, SliceInput } from '../../hub/types.ts';
import type { ObjectDefinition } from '../../kit/index.ts';
import { unfolder } from './unfold.ts';

/** The tables and readers of what is unfolded from an object's records. */
export async function openChildren(
  hub: Pick<Hub, 'ensureUnfolded'>,
  table: HubTable,
  { children = [] }: Pick<ObjectDefinition, 'children'>,
  recordBytesMax: number,
): Promise<NonNullable<SliceInput['children']>> {
  const opened: NonNullable<SliceInput['children']> = [];
  for (const child of children)
    opened.push({ table: await hub.ensureUnfolded(table, child.object), unfold: unfolder(child, recordBytesMax) });
  return opened;
}
