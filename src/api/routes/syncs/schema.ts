import { z } from '@hono/zod-openapi';
import { readKinds, type SyncCheckpoint as SyncCheckpointOf, type Sync as SyncOf } from '../../../syncs/index.ts';
import { customerIdField, idField, pathId, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';
import { SyncRateLimits } from '../connections/rate-limits.ts';
import { connectionExample } from '../connections/schema.ts';
import { destinationExample } from '../destinations/schema.ts';
import { providerField } from '../provider-configs/schema.ts';
import { readKindDescription } from '../runs/schema.ts';
import { Schedule, wireSchedule } from '../sync-configs/schedule.ts';
import { decidedOrder, objectField, syncConfigExample, wireOrder } from '../sync-configs/schema.ts';

export const syncExample = 'sync_01k9d3v5m2q8r7s6t5v4w3x2y1';
export const syncParams = z.strictObject({ sync_id: pathId('sync_id', 'sync', syncExample) });

export const SyncStatus = z.enum(['active', 'paused']).openapi('SyncStatus', { description: 'Whether runs happen.' });
export const SyncHealth = z.enum(['pending', 'healthy', 'delayed', 'failed', 'held']).openapi('SyncHealth', {
  description:
    '`pending`: never ended a run; `delayed`: waiting for the provider, for the object under which it is read, or until its destination takes rows; `held`: deletes wait for a person.',
});

const SyncOverrides = z
  .object({
    schedule: z
      .union([Schedule, z.null()])
      .openapi({ description: 'When runs of this connection are due; null: as the sync config says.' }),
    full_refresh_every: z.int().nullable().openapi({ description: 'null: as the sync config says.' }),
    key_pass_interval_seconds: z.int().nullable().openapi({ description: 'null: as the sync config says.' }),
    rate_limits: SyncRateLimits.nullable().openapi({ description: 'null: as the sync config says.' }),
  })
  .openapi('SyncOverrides', {
    description: 'What this connection has of its own. The fields beside it say what holds: these, or what the sync config says.',
  });

export const Sync = z
  .object({
    id: idField('sync', syncExample),
    customer_id: customerIdField,
    connection_id: idField('connection', connectionExample),
    sync_config_id: idField('sync config', syncConfigExample),
    destination_id: idField('destination', destinationExample),
    provider: providerField,
    object: objectField,
    ...decidedOrder,
    overrides: SyncOverrides,
    status: SyncStatus,
    pause_reason: z.enum(['manual', 'auth', 'disconnected', 'config']).nullable().openapi({
      description:
        '`manual`: a person; `auth`: the customer must authorise again; `disconnected`: the connection is gone; `config`: the sync config is off.',
    }),
    health: SyncHealth,
    next_run_at: timeField('When the next run is due.').nullable(),
    current_run_id: z.string().nullable().openapi({ description: 'The run in progress.' }),
    rerun_requested: z.boolean().openapi({ description: 'Another run follows the one in progress.' }),
    full_requested: z.boolean().openapi({ description: 'The next run reads in full.' }),
    incrementals_since_full: z.int().openapi({ description: 'Incremental runs since the last full one.' }),
    consecutive_failures: z.int().openapi({ description: 'Failed runs in a row.' }),
    last_success_at: timeField('When a run last succeeded.').nullable(),
    complete_as_of: timeField(
      "What changed at the provider before this time, by its own clock (by ours, where it shows none), is in the hub. null: not everything has been read once, or the object's listing proves no such thing.",
    ).nullable(),
    last_key_pass_at: timeField('When a pass over the keys last ended.').nullable(),
    last_hook_at: timeField('When notices of the provider (hooks) were last worked off.').nullable(),
    created_at: timeField('When it was derived.'),
    updated_at: timeField('When it last changed.'),
  })
  .openapi('Sync');

export function wireSync(sync: SyncOf): z.input<typeof Sync> {
  const { id, provider, object, status, health } = sync;
  return {
    id,
    customer_id: sync.customerId,
    connection_id: sync.connectionId,
    sync_config_id: sync.syncConfigId,
    destination_id: sync.destinationId,
    provider,
    object,
    ...wireOrder(sync),
    overrides: {
      schedule: sync.overrides.schedule && wireSchedule(sync.overrides.schedule),
      full_refresh_every: sync.overrides.fullRefreshEvery,
      key_pass_interval_seconds: sync.overrides.keyPassIntervalSeconds,
      rate_limits: sync.overrides.rateLimits,
    },
    status,
    pause_reason: sync.pauseReason,
    health,
    next_run_at: wireTimeOrNull(sync.nextRunAt),
    current_run_id: sync.currentRunId,
    rerun_requested: sync.rerunRequested,
    full_requested: sync.fullRequested,
    incrementals_since_full: sync.incrementalsSinceFull,
    consecutive_failures: sync.consecutiveFailures,
    last_success_at: wireTimeOrNull(sync.lastSuccessAt),
    complete_as_of: wireTimeOrNull(sync.completeAsOf),
    last_key_pass_at: wireTimeOrNull(sync.lastKeyPassAt),
    last_hook_at: wireTimeOrNull(sync.lastHookAt),
    created_at: wireTime(sync.createdAt),
    updated_at: wireTime(sync.updatedAt),
  };
}

const kind = z.enum(readKinds).openapi({ description: readKindDescription });

export const Checkpoint = z
  .object({
    sync_id: idField('sync', syncExample),
    watermark: z.string().nullable().openapi({
      description: 'The provider-side value up to which everything has been read; null: the next run reads in full.',
      example: '2026-11-20T12:00:00.000Z',
    }),
    watermark_type: z.enum(['datetime', 'integer', 'opaque']).nullable().openapi({ description: 'null: the object has none.' }),
    has_full: z.boolean().openapi({ description: 'A full read has ended since the last reset.' }),
    feed_position: z.string().nullable().openapi({
      description: "Up to where the provider's feed of changes has been read, in its own words; null: nothing yet, or another strategy.",
    }),
    deletions_pointer: timeField("Up to when the provider's feed of deletions has been read, by its clock.").nullable(),
    incrementals_since_full: z.int().openapi({ description: 'Runs since the last full one.' }),
    last_read: z
      .object({ kind, started_at: timeField('By our clock.'), provider_time: timeField("By the provider's clock.").nullable() })
      .nullable()
      .openapi({ description: 'The last read that ended.' }),
    open_read: z
      .object({
        kind,
        started_at: timeField('By our clock.'),
        provider_time: timeField("By the provider's clock.").nullable(),
        since: z.string().nullable().openapi({ description: 'What every request of this read asks from.' }),
        pages: z.int().openapi({ description: 'Pages committed.' }),
        records: z.int().openapi({ description: 'Records met.' }),
      })
      .nullable()
      .openapi({ description: 'A read that has begun and not ended.' }),
  })
  .openapi('Checkpoint');

export function wireCheckpoint(checkpoint: SyncCheckpointOf): z.input<typeof Checkpoint> {
  const { syncId, watermark, watermarkType, hasFull, incrementalsSinceFull, lastRead, openRead } = checkpoint;
  return {
    sync_id: syncId,
    watermark,
    watermark_type: watermarkType,
    has_full: hasFull,
    feed_position: checkpoint.feedPosition,
    deletions_pointer: checkpoint.deletionsPointer,
    incrementals_since_full: incrementalsSinceFull,
    last_read: lastRead && { kind: lastRead.kind, started_at: lastRead.startedAt, provider_time: lastRead.providerTime },
    open_read: openRead && {
      kind: openRead.kind,
      started_at: openRead.startedAt,
      provider_time: openRead.providerTime,
      since: openRead.since,
      pages: openRead.pages,
      records: openRead.records,
    },
  };
}
