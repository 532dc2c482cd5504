import { z } from '@hono/zod-openapi';
import type { Quarantined as QuarantinedOf } from '../../../syncs/index.ts';
import { customerIdField, idField, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';
import { connectionExample } from '../connections/schema.ts';
import { syncExample } from '../syncs/schema.ts';

export const quarantineExample = 'quar_9f1c2d3e4b5a69788796a5b4c3d2e1f0';

const fields = {
  id: idField('entry', quarantineExample),
  sync_id: idField('sync', syncExample),
  customer_id: customerIdField,
  connection_id: idField('connection', connectionExample),
  provider: z.string().openapi({ description: "The provider's name in the catalog.", example: 'hubspot' }),
  object: z.string().openapi({ description: "The object's name at the provider.", example: 'contacts' }),
  record_id: z.string().nullable().openapi({ description: "The record's id at the provider; null: it has none.", example: '2041' }),
  reason: z.enum(['id_missing', 'too_large', 'json_refused', 'malformed', 'row_refused']).openapi({
    description:
      '`id_missing`: it has no id, or a part of its key is null; `too_large`; `json_refused`: Postgres does not take a value of it; `malformed`: it is no record, or its id cannot be stored; `row_refused`: by a constraint or trigger that you added to the table.',
  }),
  detail: z
    .string()
    .openapi({ description: 'The same in a sentence.', example: 'The record has 10485824 bytes, at most 4194304 are stored.' }),
  bytes: z.int().min(0).openapi({ description: 'Bytes of it that are kept in the hub, in `_syncline_quarantine`.', example: 65536 }),
  attempts: z.int().min(1).openapi({
    description: 'How often it was tried. What your table refused is tried again by every run; a mended table is enough.',
  }),
  quarantined_at: timeField('When it was last set aside.'),
  retry_requested_at: timeField('When another look was asked for that has not been taken yet.').nullable(),
};

export const Quarantined = z.object(fields).openapi('Quarantined');

export const RetriedRecord = z
  .object({
    ...fields,
    retried_by: z.enum(['record', 'run']).openapi({
      description:
        '`record`: it is read again by itself, now; `run`: it has no id or its object offers no reading one by one, so that the next run reads everything again.',
    }),
  })
  .openapi('RetriedRecord');

export function wireQuarantined(record: QuarantinedOf): z.input<typeof Quarantined> {
  const { id, provider, object, reason, detail, bytes, attempts } = record;
  return {
    id,
    sync_id: record.syncId,
    customer_id: record.customerId,
    connection_id: record.connectionId,
    ...{ provider, object },
    record_id: record.recordId,
    ...{ reason, detail, bytes, attempts },
    quarantined_at: wireTime(record.quarantinedAt),
    retry_requested_at: wireTimeOrNull(record.retryRequestedAt),
  };
}
