import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import { findProvider } from '../catalog/index.ts';
import { interactiveShare } from '../connect/budget.ts';
import { windowsOfAll, windowsOfSync } from '../connect/budget-windows.ts';
import { getConnection } from '../connect/get-connection.ts';
import type { SyncRateLimit } from '../connect/rate-limits.ts';
import { type BudgetState, type BudgetWait, readBudgets } from '../connect/read-budgets.ts';
import { Prisma } from '../db/generated/client.ts';
import type { Args } from '../db/index.ts';
import type { SyncsCtx } from './context.ts';
import { parseInput } from './input.ts';

const GetRateBudgets = z.strictObject({ connectionId: idInput });

export interface RateBudgets {
  connectionId: string;
  budgets: BudgetState[];
  waits: BudgetWait[];
}

/** What a connection may ask of its provider, and how much of it is used: the connection's budgets and the caps of its syncs. */
export async function getRateBudgets({ ctx, input }: Args<unknown, SyncsCtx>): Promise<RateBudgets> {
  const { connectionId } = parseInput(GetRateBudgets, input);
  const { applicationId } = requireScope(ctx.actor, 'connections:read');
  const { provider, rateLimits } = await getConnection({ ctx, input: { connectionId } });
  const capped = await ctx.db.prisma.sync.findMany({
    where: { applicationId, connectionId, rateLimits: { not: Prisma.DbNull } },
    select: { id: true, rateLimits: true },
  });
  const { budgets } = (await findProvider(ctx, applicationId, provider)).limits;
  const windows = [
    ...windowsOfAll({ budgets, rateLimits }),
    ...capped.flatMap((sync) => windowsOfSync({ id: sync.id, rateLimits: sync.rateLimits as unknown as SyncRateLimit[] })),
  ];
  return { connectionId, ...(await readBudgets(ctx.db, { applicationId, connectionId, windows, reserveShare: interactiveShare })) };
}
