import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import type { ProviderConfig as ProviderConfigOf } from '../../../connect/provider-config.ts';
import { idField, timeField, wireTime } from '../../wire/common.ts';

export const providerConfigExample = 'pcfg_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const providerField = z.string().openapi({ description: "The provider's name in the catalog.", example: 'hubspot' });

export const AuthKind = z.enum(['oauth2', 'api_key', 'basic', 'client_credentials']).openapi('AuthKind', {
  description: 'How customers authorise: OAuth with your client, or credentials that they enter on the connect page.',
});

export const ProviderConfig = z
  .object({
    id: idField('provider config', providerConfigExample),
    provider: providerField,
    auth_kind: AuthKind,
    client_id: z.string().nullable().openapi({ description: 'Your OAuth client at the provider.', example: '7d1c…' }),
    has_client_secret: z.boolean().openapi({ description: 'Whether a secret is stored. It is never shown.' }),
    scopes: z.array(z.string()).openapi({ description: 'The OAuth scopes that customers are asked for.' }),
    status: z.enum(['active', 'broken']).openapi({ description: '`broken`: the provider refused the client id or secret. Update them.' }),
    status_reason: z.string().nullable().openapi({ description: 'What the provider said.' }),
    redirect_uri: z.string().nullable().openapi({ description: 'Register this at the provider; null where no redirect happens.' }),
    hook_url: z.string().nullable().openapi({
      description: 'Register this at the provider for its webhooks; null where Syncline understands none of it.',
    }),
    has_hook_secret: z.boolean().openapi({ description: 'Whether the key of their signatures is stored. It is never shown.' }),
    created_at: timeField('When it was created.'),
    updated_at: timeField('When it was last changed.'),
  })
  .openapi('ProviderConfig');

export const clientFields = {
  client_id: text(512).optional().openapi({ description: 'Your OAuth client at the provider.' }),
  client_secret: text(4096).optional().openapi({ description: 'Its secret. It goes in and never comes out.' }),
  hook_secret: text(512).optional().openapi({
    description:
      'The key that the provider gave for the endpoint of its webhooks, where it gives one (Stripe). It goes in and never comes out.',
  }),
  scopes: z
    .array(z.string().min(1).max(256))
    .max(200)
    .optional()
    .openapi({ description: "OAuth scopes to ask for. Default: the provider's." }),
};

export function wireProviderConfig(config: ProviderConfigOf): z.input<typeof ProviderConfig> {
  const { id, provider, scopes, status } = config;
  return {
    id,
    provider,
    auth_kind: config.authKind,
    client_id: config.clientId,
    has_client_secret: config.hasClientSecret,
    scopes,
    status,
    status_reason: config.statusReason,
    redirect_uri: config.redirectUri,
    hook_url: config.hookUrl,
    has_hook_secret: config.hasHookSecret,
    created_at: wireTime(config.createdAt),
    updated_at: wireTime(config.updatedAt),
  };
}
