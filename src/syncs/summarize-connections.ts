import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { pageSizeMax } from '../base/list.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { parseInput } from './input.ts';

const SummarizeConnections = z.strictObject({ connectionIds: z.array(idInput).max(pageSizeMax) });

/** How all syncs of a connection are doing, in one word and in numbers. */
export interface SyncSummary {
  state: SummaryState;
  syncs: number;
  healthy: number;
  pending: number;
  delayed: number;
  failed: number;
  held: number;
  paused: number;
  /** Objects that are not complete, by name: failed, held or paused. */
  incompleteObjects: string[];
}

export const summaryStates = ['none', 'pending', 'complete', 'incomplete'] as const;
export type SummaryState = (typeof summaryStates)[number];

/** One object's failure says nothing about the others, but the connection as a whole is incomplete then. In the order asked for. */
export async function summarizeConnections({ ctx, input }: Args): Promise<SyncSummary[]> {
  const { applicationId } = requireScope(ctx.actor, 'connections:read');
  const { connectionIds } = parseInput(SummarizeConnections, input);
  const { rows } = await ctx.db.pool.query<Omit<SyncSummary, 'state'> & { connectionId: string }>({
    text: `
      select connection_id as "connectionId",
             count(*)::int4 as syncs,
             count(*) filter (where status = 'active' and health = 'healthy')::int4 as healthy,
             count(*) filter (where status = 'active' and health = 'pending')::int4 as pending,
             count(*) filter (where status = 'active' and health = 'delayed')::int4 as delayed,
             count(*) filter (where status = 'active' and health = 'failed')::int4 as failed,
             count(*) filter (where status = 'active' and health = 'held')::int4 as held,
             count(*) filter (where status = 'paused')::int4 as paused,
             coalesce(array_agg(distinct object order by object) filter (where status = 'paused' or health in ('failed', 'held')), '{}')
               as "incompleteObjects"
      from sync
      where application_id = $1::text and connection_id = any ($2::text[])
      group by connection_id`,
    values: [applicationId, connectionIds],
  });
  const found = new Map(rows.map(({ connectionId, ...counts }) => [connectionId, { state: stateOf(counts), ...counts }]));
  return connectionIds.map((id) => found.get(id) ?? noSyncs);
}

const noSyncs: SyncSummary = {
  state: 'none',
  ...{ syncs: 0, healthy: 0, pending: 0, delayed: 0, failed: 0, held: 0, paused: 0 },
  incompleteObjects: [],
};

function stateOf({ syncs, healthy, pending, delayed }: Omit<SyncSummary, 'state'>): SummaryState {
  if (healthy === syncs) return 'complete';
  return healthy + pending + delayed === syncs ? 'pending' : 'incomplete';
}
