import { z } from '@hono/zod-openapi';
import { rotateSqlCredential } from '../../../access/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { NewSqlCredential, sqlCredentialExample, wireNewSqlCredential } from './schema.ts';

export const rotateSqlCredentialEndpoint = endpoint({
  operationId: 'rotateSqlCredential',
  method: 'post',
  path: '/v1/sql-credentials/{sql_credential_id}:rotate',
  tag: 'sql-credentials',
  summary: 'Rotate an SQL credential',
  description: 'Gives the role another password, shown in this answer and never again. The one before ends at once.',
  scope: 'sql_credentials:write',
  params: z.strictObject({ sql_credential_id: pathId('sql_credential_id', 'SQL credential', sqlCredentialExample) }),
  status: 200,
  response: NewSqlCredential,
  holdsContent: true,
  errors: ['not_found', 'destination_unavailable'],
  handle: async ({ ctx, params }) =>
    wireNewSqlCredential(await rotateSqlCredential({ ctx, input: { sqlCredentialId: params.sql_credential_id } })),
});
