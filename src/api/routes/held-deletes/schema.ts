import { z } from '@hono/zod-openapi';
import type { HeldDelete } from '../../../hub/index.ts';
import type { HeldDeletes as HeldDeletesOf } from '../../../syncs/index.ts';
import { customerIdField, idField, pathId, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';
import { runExample } from '../runs/schema.ts';
import { syncExample } from '../syncs/schema.ts';

export const heldDeletesParams = z.strictObject({ run_id: pathId('run_id', 'run', runExample) });

export const HeldDeletes = z
  .object({
    run_id: idField('run', runExample),
    sync_id: idField('sync', syncExample),
    customer_id: customerIdField,
    connection_id: idField('connection', connectionExample),
    provider: z.string().openapi({ description: "The provider's name in the catalog.", example: 'hubspot' }),
    object: z.string().openapi({ description: "The object's name at the provider.", example: 'contacts' }),
    reason: z.string().nullable().openapi({
      description: 'Why they were held: `empty_read`, `too_many_deletes` or `too_large_share`.',
      example: 'empty_read',
    }),
    deletes: z.int().min(0).openapi({ description: 'Records that still wait.', example: 812 }),
    held_at: timeField('When the read ended that would have deleted them.').nullable(),
    decision: z.enum(['approve', 'reject']).nullable().openapi({ description: 'What was decided; null: nothing yet.' }),
    decided_at: timeField('When it was decided.').nullable(),
    settled_at: timeField('When the decision had been carried out.').nullable(),
  })
  .openapi('HeldDeletes');

export const HeldRecord = z
  .object({
    record_id: z.string().openapi({ description: "The record's id at the provider.", example: '2041' }),
    cause: z.enum(['missing', 'signalled']).openapi({
      description: '`missing`: a complete read did not list it; `signalled`: the provider said that it is deleted.',
    }),
    modified_at: timeField('The time of deletion that the provider gave.').nullable(),
  })
  .openapi('HeldRecord');

export function wireHeldDeletes(held: HeldDeletesOf): z.input<typeof HeldDeletes> {
  const { provider, object, reason, deletes, decision } = held;
  return {
    run_id: held.runId,
    sync_id: held.syncId,
    customer_id: held.customerId,
    connection_id: held.connectionId,
    ...{ provider, object, reason, deletes },
    held_at: wireTimeOrNull(held.heldAt),
    decision,
    decided_at: wireTimeOrNull(held.decidedAt),
    settled_at: wireTimeOrNull(held.settledAt),
  };
}

export function wireHeldRecord({ recordId, cause, modifiedAt }: HeldDelete): z.input<typeof HeldRecord> {
  return { record_id: recordId, cause, modified_at: modifiedAt && wireTime(modifiedAt) };
}
