import { z } from '@hono/zod-openapi';
import { retryQuarantined } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { quarantineExample, RetriedRecord, wireQuarantined } from './schema.ts';

export const retryQuarantinedEndpoint = endpoint({
  operationId: 'retryQuarantined',
  method: 'post',
  path: '/v1/quarantine/{quarantine_id}:retry',
  tag: 'quarantine',
  summary: 'Retry a quarantined record',
  description:
    'Takes another look at the record, once its cause is mended: it is read again by itself where the provider allows that, else the next run reads everything again. Stored, it leaves the list; refused again, it stays with the newest reason.',
  scope: 'syncs:write',
  params: z.strictObject({ quarantine_id: pathId('quarantine_id', 'entry', quarantineExample) }),
  status: 200,
  response: RetriedRecord,
  errors: ['not_found', 'conflict', 'destination_unavailable'],
  async handle({ ctx, params }) {
    const retried = await retryQuarantined({ ctx, input: { quarantineId: params.quarantine_id } });
    return { ...wireQuarantined(retried), retried_by: retried.retriedBy };
  },
});
