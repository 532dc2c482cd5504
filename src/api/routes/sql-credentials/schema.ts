import { z } from '@hono/zod-openapi';
import type { SqlCredential as CredentialOf, NewSqlCredential as NewOf } from '../../../access/index.ts';
import { idField, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';
import { destinationExample } from '../destinations/schema.ts';

export const sqlCredentialExample = 'sqlc_01k9d3v5m2q8r7s6t5v4w3x2y1';

const fields = {
  id: idField('SQL credential', sqlCredentialExample),
  name: z.string().openapi({ description: 'Your name for it.', example: 'Dashboards' }),
  destination_id: idField('destination', destinationExample),
  customer_id: z.string().nullable().openapi({ description: 'The customer whose rows it sees; null: every customer’s.', example: 'acme' }),
  user: z.string().openapi({ description: 'The role to log in as.', example: 'syn_r_q4mzk7xw2ahvn3ptc5ye' }),
  host: z.string().nullable().openapi({
    description: 'Where the database is; null, as port and database: the hosted ones are not reachable by SQL at present.',
    example: 'db.example.com',
  }),
  port: z.int().nullable().openapi({ description: 'Its port.', example: 5432 }),
  database: z.string().nullable().openapi({ description: 'The database to log in to.', example: 'syncline' }),
  schema: z.string().openapi({ description: 'The schema of its tables and views, which is where its sessions look for names.' }),
  connections_max: z.int().openapi({ description: 'How many sessions it may have open at once.', example: 5 }),
  created_at: timeField('When it was issued.'),
  rotated_at: timeField('When it was last given another password.').nullable(),
};

export const SqlCredential = z.object(fields).openapi('SqlCredential');

export const NewSqlCredential = z
  .object({
    ...fields,
    password: z.string().openapi({ description: 'The password. Shown this once and kept nowhere.', example: 'hG2…' }),
  })
  .openapi('NewSqlCredential');

export function wireSqlCredential(credential: CredentialOf): z.input<typeof SqlCredential> {
  const { id, name, role, address, schema } = credential;
  return {
    ...{ id, name, destination_id: credential.destinationId, customer_id: credential.customerId },
    user: role,
    ...{ host: address?.host ?? null, port: address?.port ?? null, database: address?.database ?? null },
    ...{ schema, connections_max: credential.connectionsMax },
    created_at: wireTime(credential.createdAt),
    rotated_at: wireTimeOrNull(credential.rotatedAt),
  };
}

export function wireNewSqlCredential(credential: NewOf): z.input<typeof NewSqlCredential> {
  return { ...wireSqlCredential(credential), password: credential.password };
}
