import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { customerIdInput, idInput, text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { parseInput } from './input.ts';
import { type Sync, toSync } from './outputs.ts';

const ListSyncs = z.strictObject({
  ...pageInput,
  customerId: customerIdInput.optional(),
  connectionId: idInput.optional(),
  syncConfigId: idInput.optional(),
  provider: text(100).optional(),
  object: text(200).optional(),
  status: z.enum(['active', 'paused']).optional(),
  health: z.enum(['pending', 'healthy', 'delayed', 'failed', 'held']).optional(),
});

/** Oldest first. A customer's token sees its own. */
export async function listSyncs({ ctx, input }: Args): Promise<Page<Sync>> {
  const { applicationId, customerId: own } = requireScope(ctx.actor, 'syncs:read');
  const { cursor, pageSize, ...filters } = parseInput(ListSyncs, input);
  const where = { ...filters, applicationId, ...(own === undefined ? {} : { AND: { customerId: own } }) };
  const rows = await pageById(
    { cursor, pageSize },
    ({ after, take }) =>
      ctx.db.prisma.sync.findMany({ where: { ...where, ...(after === null ? {} : { id: { gt: after } }) }, orderBy: { id: 'asc' }, take }),
    (row) => row.id,
  );
  return { ...rows, data: rows.data.map(toSync) };
}
