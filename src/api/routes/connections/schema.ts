import { z } from '@hono/zod-openapi';
import { type Connection as ConnectionOf, connectionStatuses } from '../../../connect/connection.ts';
import { customerIdField, idField, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';
import { AuthKind, providerConfigExample, providerField } from '../provider-configs/schema.ts';
import { RateLimits } from './rate-limits.ts';

export const connectionExample = 'conn_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const ConnectionStatus = z.enum(connectionStatuses).openapi('ConnectionStatus', {
  description: '`needs_reauth`: the customer must authorise again; `disabled`: disconnected.',
});

const fields = {
  id: idField('connection', connectionExample),
  customer_id: customerIdField,
  provider: providerField,
  provider_config_id: idField('provider config', providerConfigExample),
  auth_kind: AuthKind,
  status: ConnectionStatus,
  status_reason: z.string().nullable().openapi({ description: 'Why it is not active.' }),
  remote_account_id: z.string().nullable().openapi({ description: "The account's id at the provider." }),
  remote_account_name: z.string().nullable().openapi({ description: "The account's name at the provider." }),
  scopes: z.array(z.string()).openapi({ description: 'What the customer granted.' }),
  captured: z.record(z.string(), z.string()).openapi({
    description: 'Values that belong to the account, such as instance_url. Not secret.',
    example: { instance_url: 'https://acme.my.salesforce.com' },
  }),
  rate_limits: RateLimits,
  purge_requested_at: timeField('When the purge of its records was asked for.').nullable(),
  disconnected_at: timeField('When it was disconnected.').nullable(),
  created_at: timeField('When the customer first connected.'),
  updated_at: timeField('When it last changed.'),
};

export const Connection = z.object(fields).openapi('Connection');

export const DisconnectedConnection = z
  .object({
    ...fields,
    revocation: z.enum(['revoked', 'not_offered', 'failed']).openapi({
      description: 'Whether the provider revoked the grant; `failed`: it did not answer, the credentials are forgotten all the same.',
    }),
  })
  .openapi('DisconnectedConnection');

export function wireConnection(connection: ConnectionOf): z.input<typeof Connection> {
  const { id, provider, status, scopes, captured } = connection;
  return {
    id,
    customer_id: connection.customerId,
    provider,
    provider_config_id: connection.providerConfigId,
    auth_kind: connection.authKind,
    status,
    status_reason: connection.statusReason,
    remote_account_id: connection.remoteAccountId,
    remote_account_name: connection.remoteAccountName,
    scopes,
    captured,
    rate_limits: connection.rateLimits,
    purge_requested_at: wireTimeOrNull(connection.purgeRequestedAt),
    disconnected_at: wireTimeOrNull(connection.disconnectedAt),
    created_at: wireTime(connection.createdAt),
    updated_at: wireTime(connection.updatedAt),
  };
}
