import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import {
  fieldPathCharsMax,
  fullRefreshEveryMax,
  keyPassIntervalSecondsMax,
  keyPassIntervalSecondsMin,
  landings,
  newObjectsPolicies,
  objectsMax,
  observedFieldsMax,
  strategies,
  windowSecondsMax,
  windowSecondsMin,
} from '../../../syncs/config-input.ts';
import type { SyncConfig as SyncConfigOf, SyncOrder } from '../../../syncs/index.ts';
import { intervalSecondsMax, intervalSecondsMin } from '../../../syncs/schedule-input.ts';
import { idField, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';
import { SyncRateLimits, SyncRateLimitsInput } from '../connections/rate-limits.ts';
import { destinationExample } from '../destinations/schema.ts';
import { providerConfigExample, providerField } from '../provider-configs/schema.ts';
import { Schedule, ScheduleInput, scheduleFromWire, wireSchedule } from './schedule.ts';

export const syncConfigExample = 'scfg_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const Strategy = z.enum(strategies).openapi('Strategy', {
  description:
    "`full_only`: everything, every time. `full_then_incremental`: everything once, then what changed since a mark. `full_then_delta`: everything once, then the provider's feed of changes. `full_then_window`: everything once, then a trailing stretch of time.",
});

const StrategyInput = z.enum(['auto', ...strategies]).openapi('StrategyInput', {
  description:
    'How changes are found. `auto`, and what is left out, takes the strategy that the catalog recommends, and the answer says which and why. The options that are recommended with it are yours to set.',
});

const Landing = z.enum(landings).openapi('Landing', {
  description:
    '`merge`: one row per record. `append`: every version is kept beside it too, in `<table>_versions`. `replace`: every read swaps the whole set; it goes with `full_only`.',
});

export const NewObjects = z.enum(newObjectsPolicies).openapi('NewObjects', {
  description: 'What becomes of an object that the provider begins to offer: `list` tells it in `newly_offered`, `include` syncs it.',
});

export const objectField = z.string().openapi({ description: "The object's name at the provider.", example: 'contacts' });

const fullRefreshEvery = z.int().min(1).max(fullRefreshEveryMax).nullable().optional().openapi({
  description: 'A full read after every n incremental ones; null or left out: never again after the first.',
  example: 24,
});

const intervalSeconds = z
  .int()
  .min(intervalSecondsMin)
  .max(intervalSecondsMax)
  .optional()
  .openapi({ description: 'Time between runs; default one hour. The short form of a `schedule` of kind `interval`.', example: 900 });

const windowSeconds = z.int().min(windowSecondsMin).max(windowSecondsMax).nullable().optional().openapi({
  description: 'With `full_then_window`: how far back every run reads again; default 30 days.',
  example: 604_800,
});

const keyPassIntervalSeconds = z.int().min(keyPassIntervalSecondsMin).max(keyPassIntervalSecondsMax).nullable().optional().openapi({
  description: 'Deletes that the provider tells nobody about are looked for this often, by a pass over the keys; null: never.',
  example: 86_400,
});

const startFrom = z.iso.datetime({ offset: true }).nullable().optional().openapi({
  description:
    'The first read takes only what was modified since then; null or left out: everything. Moved to an earlier time, the next run loads the older records.',
  example: '2026-10-20T00:00:00.000Z',
});

/** What holds for every object that does not say otherwise, in creating and updating. */
export const orderFields = {
  strategy: StrategyInput.optional(),
  full_refresh_every: fullRefreshEvery,
  interval_seconds: intervalSeconds,
  schedule: ScheduleInput.optional(),
  window_seconds: windowSeconds,
  key_pass_interval_seconds: keyPassIntervalSeconds,
  start_from: startFrom,
  landing: Landing.optional(),
};

const observedFields = z
  .array(text(fieldPathCharsMax))
  .min(1)
  .max(observedFieldsMax)
  .nullable()
  .optional()
  .openapi({
    description: 'Paths of the fields whose change is a change; null or left out: the whole record.',
    example: ['properties.email', 'properties.lifecyclestage'],
  });

export const objectsInput = z
  .array(
    z
      .strictObject({
        object: text(200).openapi({ description: "The object's name at the provider.", example: 'contacts' }),
        ...orderFields,
        observed_fields: observedFields,
        rate_limits: SyncRateLimitsInput.nullable().optional(),
      })
      .openapi('SyncConfigObjectInput'),
  )
  .min(1)
  .max(objectsMax)
  .openapi({ description: 'What to sync. Each object once.' });

/** How an object is read and landed, with everything decided: the same in a sync config and in each of its syncs. */
export const decidedOrder = {
  strategy: Strategy,
  full_refresh_every: z.int().nullable().openapi({ description: 'A full read after every n incremental ones; null: never again.' }),
  interval_seconds: z
    .int()
    .openapi({ description: 'Time between runs; the longest wait after failures where the schedule is of another kind.', example: 900 }),
  schedule: Schedule,
  window_seconds: z.int().nullable().openapi({ description: 'How far back every run reads again; null: no window.' }),
  key_pass_interval_seconds: z.int().nullable().openapi({ description: 'How often deletes are looked for by keys; null: never.' }),
  start_from: timeField('The first read takes what was modified since then; null: everything.').nullable(),
  landing: Landing,
  observed_fields: z.array(z.string()).nullable().openapi({ description: 'Fields whose change is a change; null: the whole record.' }),
  rate_limits: SyncRateLimits,
};

export function wireOrder(order: SyncOrder) {
  return {
    strategy: order.strategy,
    full_refresh_every: order.fullRefreshEvery,
    interval_seconds: order.intervalSeconds,
    schedule: wireSchedule(order.schedule),
    window_seconds: order.windowSeconds,
    key_pass_interval_seconds: order.keyPassIntervalSeconds,
    start_from: wireTimeOrNull(order.startFrom),
    landing: order.landing,
    observed_fields: order.observedFields,
    rate_limits: order.rateLimits,
  };
}

const SyncConfigObject = z
  .object({
    object: objectField,
    required_by: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'The objects that are read under it and took it in; null: you ordered it.' }),
    strategy_reason: z.string().nullable().openapi({ description: 'Why this strategy, where it was chosen for you; null: you chose it.' }),
    ...decidedOrder,
  })
  .openapi('SyncConfigObject');

export const SyncConfig = z
  .object({
    id: idField('sync config', syncConfigExample),
    provider_config_id: idField('provider config', providerConfigExample),
    provider: providerField,
    destination_id: idField('destination', destinationExample),
    objects: z.array(SyncConfigObject).openapi({ description: 'What is synced, with everything decided.' }),
    new_objects: NewObjects,
    newly_offered: z.array(z.string()).openapi({
      description: 'Objects that the provider has begun to offer since this config was last written, and that it does not sync.',
    }),
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
    objects: config.objects.map(({ object, requiredBy, strategyReason, ...order }) => ({
      object,
      required_by: requiredBy,
      strategy_reason: strategyReason,
      ...wireOrder(order),
    })),
    new_objects: config.newObjects,
    newly_offered: config.newlyOffered,
    start_on_connection: config.startOnConnection,
    status,
    created_at: wireTime(config.createdAt),
    updated_at: wireTime(config.updatedAt),
  };
}

/** The verbs' names for the fields of an order. */
export function orderInput(order: z.output<z.ZodObject<typeof orderFields>>) {
  return {
    strategy: order.strategy,
    fullRefreshEvery: order.full_refresh_every,
    intervalSeconds: order.interval_seconds,
    schedule: order.schedule && scheduleFromWire(order.schedule),
    windowSeconds: order.window_seconds,
    keyPassIntervalSeconds: order.key_pass_interval_seconds,
    startFrom: order.start_from,
    landing: order.landing,
  };
}

export function objectsOf(objects: z.output<typeof objectsInput>) {
  return objects.map(({ object, observed_fields, rate_limits, ...order }) => ({
    object,
    ...orderInput(order),
    observedFields: observed_fields,
    rateLimits: rate_limits,
  }));
}
