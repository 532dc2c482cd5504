import { z } from '@hono/zod-openapi';
import { connectionsMaxDefault, connectionsMaxMax, createSqlCredential } from '../../../access/index.ts';
import { text } from '../../../base/text.ts';
import { endpoint } from '../../endpoint.ts';
import { customerIdInput } from '../../wire/common.ts';
import { destinationExample } from '../destinations/schema.ts';
import { NewSqlCredential, wireNewSqlCredential } from './schema.ts';

const CreateSqlCredential = z
  .strictObject({
    name: text(200).openapi({ description: 'Your name for it.', example: 'Dashboards' }),
    destination_id: text(64).optional().openapi({ description: 'Left out: the hosted destination.', example: destinationExample }),
    customer_id: customerIdInput.optional(),
    connections_max: z
      .int()
      .min(1)
      .max(connectionsMaxMax)
      .optional()
      .openapi({ description: `How many sessions it may have open at once; default ${connectionsMaxDefault}.`, example: 5 }),
  })
  .openapi('CreateSqlCredential');

export const createSqlCredentialEndpoint = endpoint({
  operationId: 'createSqlCredential',
  method: 'post',
  path: '/v1/sql-credentials',
  tag: 'sql-credentials',
  summary: 'Issue an SQL credential',
  description:
    'Issues a role that reads the tables and views of a destination, of the named customer or, where none is named, of all. It owns nothing, writes nothing, and sees no other rows. The password is shown in this answer and never again.',
  scope: 'sql_credentials:write',
  body: CreateSqlCredential,
  status: 201,
  response: NewSqlCredential,
  // The password is not kept for a repetition either.
  holdsContent: true,
  errors: ['not_found', 'conflict', 'destination_refused', 'destination_unavailable'],
  handle: async ({ ctx, body: { name, destination_id, customer_id, connections_max } }) =>
    wireNewSqlCredential(
      await createSqlCredential({
        ctx,
        input: { name, destinationId: destination_id, customerId: customer_id, connectionsMax: connections_max },
      }),
    ),
});
