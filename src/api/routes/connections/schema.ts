import { z } from '@hono/zod-openapi';
import { type Connection as ConnectionOf, connectionStatuses } from '../../../connect/connection.ts';
import { type SyncSummary as SyncSummaryOf, summaryStates } from '../../../syncs/index.ts';
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

const count = (description: string) => z.int().min(0).openapi({ description, example: 0 });

const SyncSummary = z
  .object({
    state: z.enum(summaryStates).openapi({
      description:
        '`complete`: the last run of every sync succeeded; `pending`: some have not ended their first run, or wait for the provider; `incomplete`: some failed, are held or paused, while the others go on; `none`: nothing is synced.',
    }),
    syncs: count('Syncs of the connection.'),
    healthy: count('Whose last run succeeded.'),
    pending: count('That have not ended a run.'),
    delayed: count('That wait for the provider.'),
    failed: count('Whose last run failed.'),
    held: count('Whose deletes wait for a person.'),
    paused: count('That are paused.'),
    incomplete_objects: z.array(z.string()).openapi({ description: 'Objects that failed, are held or paused.', example: ['deals'] }),
  })
  .openapi('SyncSummary', { description: "How the connection's syncs are doing as a whole." });

export const Connection = z.object({ ...fields, sync_summary: SyncSummary }).openapi('Connection');

/** Writing does not include reading how its syncs are doing. */
export const UpdatedConnection = z.object(fields).openapi('UpdatedConnection');

export const DisconnectedConnection = z
  .object({
    ...fields,
    revocation: z.enum(['revoked', 'not_offered', 'failed']).openapi({
      description: 'Whether the provider revoked the grant; `failed`: it did not answer, the credentials are forgotten all the same.',
    }),
  })
  .openapi('DisconnectedConnection');

export function wireSummarized(connection: ConnectionOf, { incompleteObjects, ...summary }: SyncSummaryOf): z.input<typeof Connection> {
  return { ...wireConnection(connection), sync_summary: { ...summary, incomplete_objects: incompleteObjects } };
}

export function wireConnection(connection: ConnectionOf): z.input<typeof UpdatedConnection> {
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
