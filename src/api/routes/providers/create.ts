import { z } from '@hono/zod-openapi';
import { declareProvider } from '../../../catalog/index.ts';
import { endpoint } from '../../endpoint.ts';
import { DeclaredProvider, Definition, wireDeclared } from './declared-schema.ts';

const CreateProvider = z.strictObject({ definition: Definition }).openapi('CreateProvider');

export const createProviderEndpoint = endpoint({
  operationId: 'createProvider',
  method: 'post',
  path: '/v1/providers',
  tag: 'providers',
  summary: 'Declare a provider',
  description:
    'A provider of your own, as data: for this application only, usable at once. HTTPS to hosts of the public internet. What does not hold is refused place by place.',
  scope: 'provider_configs:write',
  body: CreateProvider,
  status: 201,
  response: DeclaredProvider,
  errors: ['already_exists', 'conflict'],
  handle: async ({ ctx, body: { definition } }) => wireDeclared(await declareProvider({ ctx, input: { definition: definition as never } })),
});
