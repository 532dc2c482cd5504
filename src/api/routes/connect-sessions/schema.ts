import { z } from '@hono/zod-openapi';
import type { ConnectSession as ConnectSessionOf } from '../../../connect/connect-session.ts';
import { customerIdField, idField, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';
import { providerConfigExample, providerField } from '../provider-configs/schema.ts';

export const connectSessionExample = 'cs_01k9d3v5m2q8r7s6t5v4w3x2y1';
const connectionExample = 'conn_01k9d3v5m2q8r7s6t5v4w3x2y1';

const fields = {
  id: idField('connect session', connectSessionExample),
  customer_id: customerIdField,
  provider: providerField,
  provider_config_id: idField('provider config', providerConfigExample),
  return_url: z.string().nullable().openapi({ description: 'Where the customer goes afterwards.' }),
  origin: z.string().nullable().openapi({ description: 'The origin of your page that opens the popup.' }),
  reconnect_id: z
    .string()
    .nullable()
    .openapi({ description: 'The connection to authorise again; null: a new one.', example: connectionExample }),
  status: z.enum(['open', 'used', 'expired']).openapi({ description: '`used` once the customer has connected.' }),
  status_reason: z.string().nullable().openapi({ description: 'Why the last try did not succeed, while the session is still open.' }),
  connection_id: z.string().nullable().openapi({ description: 'The connection that came of it.', example: connectionExample }),
  expires_at: timeField('When it ends.'),
  used_at: timeField('When the customer connected.').nullable(),
  created_at: timeField('When it was created.'),
};

export const ConnectSession = z.object(fields).openapi('ConnectSession');

export const NewConnectSession = z
  .object({
    ...fields,
    url: z.string().openapi({
      description: 'The connect page: send the customer there, or hand it to connect.js. Shown this once.',
      example: 'https://sync.example.com/connect/3kTMd92mXwQpV7…',
    }),
  })
  .openapi('NewConnectSession');

export function wireConnectSession(session: ConnectSessionOf): z.input<typeof ConnectSession> {
  const { id, provider, origin, status } = session;
  return {
    id,
    customer_id: session.customerId,
    provider,
    provider_config_id: session.providerConfigId,
    return_url: session.returnUrl,
    origin,
    reconnect_id: session.reconnectId,
    status,
    status_reason: session.statusReason,
    connection_id: session.connectionId,
    expires_at: wireTime(session.expiresAt),
    used_at: wireTimeOrNull(session.usedAt),
    created_at: wireTime(session.createdAt),
  };
}
