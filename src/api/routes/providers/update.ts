import { z } from '@hono/zod-openapi';
import { updateDeclaredProvider } from '../../../catalog/index.ts';
import { endpoint } from '../../endpoint.ts';
import { DeclaredProvider, Definition, providerParams, wireDeclared } from './declared-schema.ts';

const UpdateProvider = z
  .strictObject({
    version: z.int().min(1).openapi({ description: 'The version that the change was made from.', example: 1 }),
    definition: Definition,
    resync: z.boolean().optional().openapi({ description: 'Yes, read everything again where ids or marks are others now.' }),
  })
  .openapi('UpdateProvider');

export const updateProviderEndpoint = endpoint({
  operationId: 'updateProvider',
  method: 'put',
  path: '/v1/providers/{provider}',
  tag: 'providers',
  summary: 'Update a declared provider',
  description:
    'Replaces the definition; the next read of every process follows it. Refused where it takes away what a sync config reads, and where connections would send their credentials to other addresses. Another record id or another mark needs `resync`.',
  scope: 'provider_configs:write',
  params: providerParams,
  body: UpdateProvider,
  status: 200,
  response: DeclaredProvider,
  errors: ['not_found', 'conflict', 'resync_required'],
  handle: async ({ ctx, params, body: { definition, ...rest } }) =>
    wireDeclared(await updateDeclaredProvider({ ctx, input: { ...params, ...rest, definition: definition as never } })),
});
