import { z } from '@hono/zod-openapi';
import { fullRefreshEveryMax, keyPassIntervalSecondsMax, keyPassIntervalSecondsMin } from '../../../syncs/config-input.ts';
import { updateSync } from '../../../syncs/index.ts';
import { intervalSecondsMax, intervalSecondsMin } from '../../../syncs/schedule-input.ts';
import { endpoint } from '../../endpoint.ts';
import { SyncRateLimitsInput } from '../connections/rate-limits.ts';
import { ScheduleInput, scheduleFromWire } from '../sync-configs/schedule.ts';
import { Sync, syncParams, wireSync } from '../syncs/schema.ts';

const takenBack = 'null takes it back: the sync config decides again.';

const UpdateSync = z
  .strictObject({
    schedule: z
      .union([ScheduleInput, z.null()])
      .optional()
      .openapi({
        type: ['object', 'null'],
        anyOf: [{ $ref: '#/components/schemas/ScheduleInput' }, { type: 'null' }],
        description: `When runs of this connection are due: interval, cron or manual. ${takenBack}`,
      }),
    interval_seconds: z
      .int()
      .min(intervalSecondsMin)
      .max(intervalSecondsMax)
      .nullable()
      .optional()
      .openapi({ description: `The short form of a schedule of kind interval. ${takenBack}`, example: 300 }),
    full_refresh_every: z
      .int()
      .min(1)
      .max(fullRefreshEveryMax)
      .nullable()
      .optional()
      .openapi({ description: `A full read after every n incremental ones. ${takenBack}`, example: 24 }),
    key_pass_interval_seconds: z
      .int()
      .min(keyPassIntervalSecondsMin)
      .max(keyPassIntervalSecondsMax)
      .nullable()
      .optional()
      .openapi({ description: `How often deletes are looked for by keys. ${takenBack}`, example: 86_400 }),
    rate_limits: SyncRateLimitsInput.nullable()
      .optional()
      .openapi({ description: `Caps of its own within the connection's budgets. ${takenBack}` }),
  })
  .openapi('UpdateSync');

export const updateSyncEndpoint = endpoint({
  operationId: 'updateSync',
  method: 'patch',
  path: '/v1/syncs/{sync_id}',
  tag: 'syncs',
  summary: 'Give one connection its own order',
  description:
    'Overrides what the sync config says, for this connection alone. What is given here stays when the sync config changes; the rest follows it.',
  scope: 'syncs:write',
  params: syncParams,
  body: UpdateSync,
  status: 200,
  response: Sync,
  errors: ['not_found'],
  handle: async ({ ctx, params, body }) =>
    wireSync(
      await updateSync({
        ctx,
        input: {
          syncId: params.sync_id,
          schedule: body.schedule && scheduleFromWire(body.schedule),
          intervalSeconds: body.interval_seconds,
          fullRefreshEvery: body.full_refresh_every,
          keyPassIntervalSeconds: body.key_pass_interval_seconds,
          rateLimits: body.rate_limits,
        },
      }),
    ),
});
