import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { customerIdInput, idInput, text } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { parseInput } from './input.ts';
import { type Run, toRun } from './outputs.ts';

const ListRuns = z.strictObject({
  ...pageInput,
  syncId: idInput.optional(),
  customerId: customerIdInput.optional(),
  connectionId: idInput.optional(),
  object: text(200).optional(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'held', 'cancelled']).optional(),
});

/** Newest first: ids sort by time of birth. A customer's token sees its own. */
export async function listRuns({ ctx, input }: Args): Promise<Page<Run>> {
  const { applicationId, customerId: own } = requireScope(ctx.actor, 'syncs:read');
  const { cursor, pageSize, ...filters } = parseInput(ListRuns, input);
  const where = { ...filters, applicationId, ...(own === undefined ? {} : { AND: { customerId: own } }) };
  const rows = await pageById(
    { cursor, pageSize },
    ({ after, take }) =>
      ctx.db.prisma.run.findMany({ where: { ...where, ...(after === null ? {} : { id: { lt: after } }) }, orderBy: { id: 'desc' }, take }),
    (row) => row.id,
  );
  return { ...rows, data: rows.data.map(toRun) };
}
