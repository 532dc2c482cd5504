import { z } from '@hono/zod-openapi';
import { getRateBudgets } from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { idField, pathId, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';
import { connectionExample } from './schema.ts';

const RateBudget = z
  .object({
    category: z.string().openapi({ description: 'Which requests count; `all`: every one.', example: 'read' }),
    sync_id: z.string().nullable().openapi({ description: 'The sync whose own cap it is; null: it holds for the whole connection.' }),
    requests: z.int().openapi({ description: 'How many are allowed.', example: 110 }),
    requests_for_syncs: z.int().openapi({ description: 'What syncs may use of them; the rest is kept for calls that somebody waits for.' }),
    seconds: z.int().nullable().openapi({ description: 'In any span of so many seconds; null: a day.', example: 10 }),
    resets_daily_in: z.string().nullable().openapi({ description: 'The time zone whose midnight empties it.', example: 'UTC' }),
    source: z.enum(['provider', 'reported', 'chosen']).openapi({
      description: '`provider`: as documented; `reported`: as its answers say; `chosen`: your own.',
    }),
    used: z.int().openapi({ description: 'How many were made, by others that the provider told of too.' }),
    resets_at: timeField('When a day begins anew.').nullable(),
    full_until: timeField('When the next request of a sync fits; null: now.').nullable(),
  })
  .openapi('RateBudget');

const RateBudgets = z
  .object({
    connection_id: idField('connection', connectionExample),
    budgets: z.array(RateBudget).openapi({ description: 'Every window that requests have to fit.' }),
    waits: z
      .array(z.object({ category: z.string().openapi({ description: 'Which requests.' }), until: timeField('Not before.') }))
      .openapi({ description: 'Waits that the provider asked for.' }),
  })
  .openapi('RateBudgets');

export const getRateBudgetsEndpoint = endpoint({
  operationId: 'getRateBudgets',
  method: 'get',
  path: '/v1/connections/{connection_id}/rate-budgets',
  tag: 'connections',
  summary: 'Get the rate budgets of a connection',
  description: 'What may be asked of the provider for this connection, how much of it is used, and until when something waits.',
  scope: 'connections:read',
  params: z.strictObject({ connection_id: pathId('connection_id', 'connection', connectionExample) }),
  status: 200,
  response: RateBudgets,
  errors: ['not_found'],
  async handle({ ctx, params }) {
    const { connectionId, budgets, waits } = await getRateBudgets({ ctx, input: { connectionId: params.connection_id } });
    return {
      connection_id: connectionId,
      budgets: budgets.map((budget) => ({
        category: budget.category,
        sync_id: budget.syncId,
        requests: budget.requests,
        requests_for_syncs: budget.requestsForSyncs,
        seconds: budget.seconds,
        resets_daily_in: budget.resetsDailyIn,
        source: budget.source,
        used: budget.used,
        resets_at: wireTimeOrNull(budget.resetsAt),
        full_until: wireTimeOrNull(budget.fullUntil),
      })),
      waits: waits.map(({ category, until }) => ({ category, until: wireTime(until) })),
    };
  },
});
