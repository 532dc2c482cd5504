import { z } from '@hono/zod-openapi';
import type { ProviderCapabilities } from '../../../catalog/index.ts';
import { AuthKind } from '../provider-configs/schema.ts';

const ProviderObject = z
  .object({
    object: z.string().openapi({ description: 'Its name in sync configs and record paths.', example: 'contacts' }),
    label: z.string().openapi({ description: 'What your customers read on the connect page.', example: 'Contacts' }),
    docs_url: z.string().openapi({ description: "The provider's documentation of it." }),
    scopes: z.array(z.string()).openapi({ description: 'OAuth scopes that reading needs.' }),
    strategies: z
      .object({
        full_only: z.object({ is_possible: z.literal(true).openapi({ description: 'Always.' }) }),
        full_then_incremental: z.object({
          is_possible: z.boolean().openapi({ description: 'Whether the provider tells what changed.' }),
          reason: z.string().nullable().openapi({ description: 'Why not.' }),
        }),
      })
      .openapi({ description: 'How it can be read.' }),
    deletes: z
      .enum(['signalled', 'full_read'])
      .openapi({ description: 'How deletes become known: by the provider, or by a full read only.' }),
    page_size_max: z.int().openapi({ description: 'Records per page at the provider.', example: 100 }),
    visibility_lag_seconds: z.number().openapi({ description: 'How long a change may stay invisible at the provider.', example: 10 }),
  })
  .openapi('ProviderObject');

export const Provider = z
  .object({
    provider: z.string().openapi({ description: 'Its name in every other call.', example: 'hubspot' }),
    display_name: z.string().openapi({ description: 'Its name for people.', example: 'HubSpot' }),
    categories: z.array(z.string()).openapi({ description: 'What kind of tool it is.', example: ['crm'] }),
    docs_url: z.string().openapi({ description: "The provider's API documentation." }),
    auth_kinds: z.array(AuthKind).openapi({ description: 'How customers may authorise; the first is the default.' }),
    objects: z.array(ProviderObject).openapi({ description: 'What can be read.' }),
    any_object_example: z
      .string()
      .nullable()
      .openapi({ description: 'Example of further objects that are taken by their own name; null: none.', example: 'Invoice__c' }),
  })
  .openapi('Provider');

export function wireProvider(provider: ProviderCapabilities): z.input<typeof Provider> {
  return {
    provider: provider.provider,
    display_name: provider.displayName,
    categories: provider.categories,
    docs_url: provider.docsUrl,
    auth_kinds: provider.authKinds as z.input<typeof AuthKind>[],
    objects: provider.objects.map(({ object, label, docsUrl, scopes, strategies, deletes, pageSizeMax, visibilityLagSeconds }) => ({
      object,
      label,
      docs_url: docsUrl,
      scopes,
      strategies: {
        full_only: { is_possible: true },
        full_then_incremental: {
          is_possible: strategies.full_then_incremental.isPossible,
          reason: strategies.full_then_incremental.reason,
        },
      },
      deletes,
      page_size_max: pageSizeMax,
      visibility_lag_seconds: visibilityLagSeconds,
    })),
    any_object_example: provider.anyObjectExample,
  };
}
