import { z } from '@hono/zod-openapi';
import type { ProviderCapabilities } from '../../../catalog/index.ts';
import { RateLimits } from '../connections/rate-limits.ts';
import { AuthKind } from '../provider-configs/schema.ts';
import { Strategy } from '../sync-configs/schema.ts';

const Possibility = z
  .object({
    is_possible: z.boolean().openapi({ description: 'Whether the provider offers what it needs.' }),
    reason: z.string().nullable().openapi({ description: 'Why not.' }),
  })
  .openapi('StrategyPossibility');

const Recommendation = z
  .object({
    strategy: Strategy,
    full_refresh_every: z.int().nullable().openapi({ description: 'The `full_refresh_every` that goes with it.' }),
    key_pass_interval_seconds: z.int().nullable().openapi({ description: 'The `key_pass_interval_seconds` that goes with it.' }),
    reasons: z.array(z.string()).openapi({ description: 'Why, a sentence each.' }),
  })
  .openapi('StrategyRecommendation', { description: 'What we would choose.' });

const Patterns = z
  .object({
    timestamp: z.boolean().openapi({ description: 'A filter by time or version.' }),
    compare: z.boolean().openapi({ description: 'Everything read and compared by content.' }),
    window: z.boolean().openapi({ description: 'A trailing stretch of time read again.' }),
    change_feed: z.boolean().openapi({ description: 'A feed of changes with a position.' }),
    delete_feed: z.boolean().openapi({ description: 'Deleted records are listed, or marked among the others.' }),
    key_listing: z.boolean().openapi({ description: 'Ids without their records. Without it a pass for deletes reads the full listing.' }),
    live_lookup: z.boolean().openapi({ description: 'One record by its id, from the provider.' }),
    hub_lookup: z.boolean().openapi({ description: 'One record by its id, from the hub.' }),
    hooks: z.boolean().openapi({ description: 'The provider tells of changes by itself.' }),
    upsert: z.boolean().openapi({ description: 'Records can be written back; not yet.' }),
  })
  .openapi('CapturePatterns', { description: 'What the provider offers to build a strategy from.' });

const ProviderObject = z
  .object({
    object: z.string().openapi({ description: 'Its name in sync configs and record paths.', example: 'contacts' }),
    label: z.string().openapi({ description: 'What your customers read on the connect page.', example: 'Contacts' }),
    docs_url: z.string().openapi({ description: "The provider's documentation of it." }),
    scopes: z.array(z.string()).openapi({ description: 'OAuth scopes that reading needs.' }),
    strategies: z
      .object({
        full_only: Possibility,
        full_then_incremental: Possibility,
        full_then_delta: Possibility,
        full_then_window: Possibility,
      })
      .openapi({ description: 'How it can be read.' }),
    recommended: Recommendation,
    patterns: Patterns,
    deletes: z
      .enum(['signalled', 'full_read'])
      .openapi({ description: 'How deletes become known: by the provider, or by a full read only.' }),
    watermark: z
      .object({
        path: z.string().openapi({ description: 'Where it stands in a record.', example: 'updatedAt' }),
        type: z.enum(['datetime', 'integer', 'opaque']).openapi({ description: 'How its values are compared.' }),
        step_seconds: z.int().nullable().openapi({ description: 'The filter compares in steps of this; null: as fine as the values are.' }),
      })
      .nullable()
      .openapi({ description: 'What the filter by change goes by; null: there is none.' }),
    feed_kept_seconds: z
      .int()
      .nullable()
      .openapi({ description: 'The provider forgets changes of its feed after this; null: it says no limit, or has no feed.' }),
    full_listing: z.enum(['complete', 'approximate']).openapi({
      description: 'Whether the end of a full read proves that everything was listed. If not, a delete is confirmed before it is believed.',
    }),
    has_key: z.boolean().openapi({
      description:
        'false: the records have no key. Every run adds everything that it reads as new records; nothing is compared, updated or found deleted.',
    }),
    page_size_max: z.int().openapi({ description: 'Records per page at the provider.', example: 100 }),
    settled_lag_seconds: z.number().nullable().openapi({
      description:
        'Now and then changes show as late as this, and a settled pass finds them. null: no later than `visibility_lag_seconds`.',
      example: 3600,
    }),
    parent: z.string().nullable().openapi({ description: 'The object under which it is read: one is asked for below each of the other.' }),
    unfolds: z
      .array(
        z.object({
          object: z.string().openapi({ description: 'Name of its listing and table.', example: 'order_lines' }),
          label: z.string().openapi({ description: 'For people.', example: 'Order lines' }),
        }),
      )
      .openapi({ description: 'Lists inside its records that become objects of their own. They come with it and are not ordered.' }),
    visibility_lag_seconds: z.number().openapi({ description: 'How long a change may stay invisible at the provider.', example: 10 }),
  })
  .openapi('ProviderObject');

export const Provider = z
  .object({
    provider: z.string().openapi({ description: 'Its name in every other call.', example: 'hubspot' }),
    is_declared: z.boolean().openapi({ description: 'Declared by this application; nobody else sees it.' }),
    display_name: z.string().openapi({ description: 'Its name for people.', example: 'HubSpot' }),
    categories: z.array(z.string()).openapi({ description: 'What kind of tool it is.', example: ['crm'] }),
    docs_url: z.string().openapi({ description: "The provider's API documentation." }),
    limits: z
      .object({
        docs_url: z.string().openapi({ description: "The provider's page about its limits." }),
        concurrency_max: z.int().openapi({ description: 'Requests in flight per connection.', example: 4 }),
        budgets: RateLimits.openapi({ description: 'What a connection may ask, by category; its answers may report something else.' }),
      })
      .openapi({ description: 'What we keep to.' }),
    auth_kinds: z.array(AuthKind).openapi({ description: 'How customers may authorise; the first is the default.' }),
    objects: z.array(ProviderObject).openapi({ description: 'What can be read.' }),
    unified: z
      .array(
        z.object({
          category: z.string().openapi({ description: "The model's category.", example: 'crm' }),
          model: z.string().openapi({ description: "The model's name.", example: 'contact' }),
          object: z.string().openapi({ description: 'The object whose records it shows.', example: 'contacts' }),
          version: z.int().openapi({
            description:
              'Of the mapping. A higher one than before: the same records may be shown otherwise. Whoever keeps a copy reads it from the beginning.',
            example: 1,
          }),
        }),
      )
      .openapi({ description: 'Which unified models its objects become.' }),
    any_object_example: z
      .string()
      .nullable()
      .openapi({ description: 'Example of further objects that are taken by their own name; null: none.', example: 'Invoice__c' }),
  })
  .openapi('Provider');

export function wireProvider(provider: ProviderCapabilities): z.input<typeof Provider> {
  return {
    provider: provider.provider,
    is_declared: provider.isDeclared,
    display_name: provider.displayName,
    categories: provider.categories,
    docs_url: provider.docsUrl,
    auth_kinds: provider.authKinds as z.input<typeof AuthKind>[],
    limits: {
      docs_url: provider.limits.docsUrl,
      concurrency_max: provider.limits.concurrencyMax,
      budgets: provider.limits.budgets.map(({ category, requests, ...window }) =>
        'seconds' in window
          ? { category, requests, seconds: window.seconds }
          : { category, requests, resets_daily_in: window.resetsDailyIn },
      ),
    },
    objects: provider.objects.map(wireObject),
    unified: provider.unified,
    any_object_example: provider.anyObjectExample,
  };
}

function wireObject(capabilities: ProviderCapabilities['objects'][number]): z.input<typeof ProviderObject> {
  const { object, label, scopes, strategies, recommended, patterns, deletes, watermark } = capabilities;
  const possibility = ({ isPossible, reason }: (typeof strategies)[keyof typeof strategies]) => ({ is_possible: isPossible, reason });
  return {
    object,
    label,
    docs_url: capabilities.docsUrl,
    scopes,
    strategies: {
      full_only: possibility(strategies.full_only),
      full_then_incremental: possibility(strategies.full_then_incremental),
      full_then_delta: possibility(strategies.full_then_delta),
      full_then_window: possibility(strategies.full_then_window),
    },
    recommended: {
      strategy: recommended.strategy,
      full_refresh_every: recommended.fullRefreshEvery,
      key_pass_interval_seconds: recommended.keyPassIntervalSeconds,
      reasons: recommended.reasons,
    },
    patterns: {
      timestamp: patterns.timestamp,
      compare: patterns.compare,
      window: patterns.window,
      change_feed: patterns.changeFeed,
      delete_feed: patterns.deleteFeed,
      key_listing: patterns.keyListing,
      live_lookup: patterns.liveLookup,
      hub_lookup: patterns.hubLookup,
      hooks: patterns.hooks,
      upsert: patterns.upsert,
    },
    deletes,
    watermark: watermark && { path: watermark.path, type: watermark.type, step_seconds: watermark.stepSeconds },
    feed_kept_seconds: capabilities.feedKeptSeconds,
    full_listing: capabilities.fullListing,
    has_key: capabilities.hasKey,
    page_size_max: capabilities.pageSizeMax,
    settled_lag_seconds: capabilities.settledLagSeconds,
    parent: capabilities.parent,
    unfolds: capabilities.unfolds,
    visibility_lag_seconds: capabilities.visibilityLagSeconds,
  };
}
