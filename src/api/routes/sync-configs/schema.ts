import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import { intervalSecondsMax, intervalSecondsMin, strategies } from '../../../syncs/config-input.ts';
import type { SyncConfig as SyncConfigOf } from '../../../syncs/index.ts';
import { idField, timeField, wireTime } from '../../wire/common.ts';
import { destinationExample } from '../destinations/schema.ts';
import { providerConfigExample, providerField } from '../provider-configs/schema.ts';

export const syncConfigExample = 'scfg_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const Strategy = z.enum(strategies).openapi('Strategy', {
  description: '`full_only`: everything, every time. `full_then_incremental`: everything once, then what changed.',
});

export const objectField = z.string().openapi({ description: "The object's name at the provider.", example: 'contacts' });

const fullRefreshEvery = z.int().min(1).max(10_000).nullable().optional().openapi({
  description: 'A full read after every n incremental ones; null or left out: never again after the first.',
  example: 24,
});

const intervalSeconds = z
  .int()
  .min(intervalSecondsMin)
  .max(intervalSecondsMax)
  .optional()
  .openapi({ description: 'Time between runs; default one hour.', example: 900 });

/** What holds for every object that does not say otherwise, in creating and updating. */
export const orderFields = { strategy: Strategy.optional(), full_refresh_every: fullRefreshEvery, interval_seconds: intervalSeconds };

export const objectsInput = z
  .array(
    z
      .strictObject({
        object: text(200).openapi({ description: "The object's name at the provider.", example: 'contacts' }),
        ...orderFields,
      })
      .openapi('SyncConfigObjectInput'),
  )
  .min(1)
  .max(200)
  .openapi({ description: 'What to sync. Each object once.' });

const SyncConfigObject = z
  .object({
    object: objectField,
    strategy: Strategy,
    full_refresh_every: z.int().nullable().openapi({ description: 'A full read after every n incremental ones; null: never again.' }),
    interval_seconds: z.int().openapi({ description: 'Time between runs.', example: 900 }),
  })
  .openapi('SyncConfigObject');

export const SyncConfig = z
  .object({
    id: idField('sync config', syncConfigExample),
    provider_config_id: idField('provider config', providerConfigExample),
    provider: providerField,
    destination_id: idField('destination', destinationExample),
    objects: z.array(SyncConfigObject).openapi({ description: 'What is synced, with everything decided.' }),
    start_on_connection: z.boolean().openapi({ description: 'Whether a new connection is read at once.' }),
    status: z.enum(['enabled', 'disabled']).openapi({ description: '`disabled` pauses its syncs.' }),
    created_at: timeField('When it was created.'),
    updated_at: timeField('When it was last changed.'),
  })
  .openapi('SyncConfig');

export function wireSyncConfig(config: SyncConfigOf): z.input<typeof SyncConfig> {
  const { id, provider, status } = config;
  return {
    id,
    provider_config_id: config.providerConfigId,
    provider,
    destination_id: config.destinationId,
    objects: config.objects.map(({ object, strategy, fullRefreshEvery, intervalSeconds }) => ({
      object,
      strategy,
      full_refresh_every: fullRefreshEvery,
      interval_seconds: intervalSeconds,
    })),
    start_on_connection: config.startOnConnection,
    status,
    created_at: wireTime(config.createdAt),
    updated_at: wireTime(config.updatedAt),
  };
}

/** The verbs' names for the fields of an order. */
export function orderInput(order: z.output<z.ZodObject<typeof orderFields>>) {
  return { strategy: order.strategy, fullRefreshEvery: order.full_refresh_every, intervalSeconds: order.interval_seconds };
}

export function objectsOf(objects: z.output<typeof objectsInput>) {
  return objects.map(({ object, ...order }) => ({ object, ...orderInput(order) }));
}
