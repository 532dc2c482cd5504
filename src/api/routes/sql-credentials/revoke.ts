import { z } from '@hono/zod-openapi';
import { revokeSqlCredential } from '../../../access/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { sqlCredentialExample } from './schema.ts';

export const revokeSqlCredentialEndpoint = endpoint({
  operationId: 'revokeSqlCredential',
  method: 'delete',
  path: '/v1/sql-credentials/{sql_credential_id}',
  tag: 'sql-credentials',
  summary: 'Revoke an SQL credential',
  description: 'Ends the role at once and for good: it sees nothing any more, its sessions are ended and it is dropped.',
  scope: 'sql_credentials:write',
  params: z.strictObject({ sql_credential_id: pathId('sql_credential_id', 'SQL credential', sqlCredentialExample) }),
  status: 204,
  errors: ['not_found', 'destination_unavailable'],
  handle: async ({ ctx, params }) => {
    await revokeSqlCredential({ ctx, input: { sqlCredentialId: params.sql_credential_id } });
    return undefined;
  },
});
