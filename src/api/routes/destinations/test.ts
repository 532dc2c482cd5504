import { z } from '@hono/zod-openapi';
import { testDestination } from '../../../destinations/index.ts';
import { endpoint } from '../../endpoint.ts';
import { pathId } from '../../wire/common.ts';
import { destinationExample } from './schema.ts';

const DestinationTest = z
  .object({
    ok: z.boolean().openapi({ description: 'Whether everything that syncs need is there.' }),
    problems: z.array(z.string()).openapi({ description: 'What is not, each as a sentence that says what to do.' }),
    server_version: z.string().nullable().openapi({ description: 'Its Postgres; null: it could not be asked.', example: '16.4' }),
    can_issue_credentials: z
      .boolean()
      .nullable()
      .openapi({ description: 'Whether the user may create roles, which SQL credentials need; null: it could not be asked.' }),
  })
  .openapi('DestinationTest');

export const testDestinationEndpoint = endpoint({
  operationId: 'testDestination',
  method: 'post',
  path: '/v1/destinations/{destination_id}:test',
  tag: 'destinations',
  summary: 'Test a destination',
  description: 'Tries out your own database as it is saved: reachability, TLS, login, version, rights. Nothing is changed by it.',
  scope: 'destinations:write',
  params: z.strictObject({ destination_id: pathId('destination_id', 'destination', destinationExample) }),
  status: 200,
  response: DestinationTest,
  errors: ['not_found', 'conflict'],
  async handle({ ctx, params }) {
    const { problems, serverVersion, canIssueCredentials } = await testDestination({
      ctx,
      input: { destinationId: params.destination_id },
    });
    return { ok: problems.length === 0, problems, server_version: serverVersion, can_issue_credentials: canIssueCredentials };
  },
});
