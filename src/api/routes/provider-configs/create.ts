import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { createProviderConfig } from '../../../connect/create-provider-config.ts';
import { endpoint } from '../../endpoint.ts';
import { AuthKind, clientFields, ProviderConfig, wireProviderConfig } from './schema.ts';

const CreateProviderConfig = z
  .strictObject({
    provider: text(100).openapi({ description: "The provider's name in the catalog.", example: 'hubspot' }),
    auth_kind: AuthKind.optional(),
    ...clientFields,
  })
  .openapi('CreateProviderConfig');

export const createProviderConfigEndpoint = endpoint({
  operationId: 'createProviderConfig',
  method: 'post',
  path: '/v1/provider-configs',
  tag: 'provider-configs',
  summary: 'Create a provider config',
  description:
    'Sets up a provider for your application: one config each. OAuth needs your client id and secret; for the other kinds customers enter their credentials on the connect page.',
  scope: 'provider_configs:write',
  body: CreateProviderConfig,
  status: 201,
  response: ProviderConfig,
  errors: ['provider_unknown', 'already_exists'],
  handle: async ({ ctx, body: { provider, auth_kind, client_id, client_secret, hook_secret, scopes } }) =>
    wireProviderConfig(
      await createProviderConfig({
        ctx,
        input: { provider, authKind: auth_kind, clientId: client_id, clientSecret: client_secret, hookSecret: hook_secret, scopes },
      }),
    ),
});
