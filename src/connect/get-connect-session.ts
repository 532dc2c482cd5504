import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, databaseNow } from '../db/index.ts';
import { type ConnectSession, viewConnectSession } from './connect-session.ts';
import type { ConnectCtx } from './context.ts';

export const GetConnectSession = z.strictObject({ connectSessionId: idInput });
export type GetConnectSession = z.input<typeof GetConnectSession>;

export async function getConnectSession({ ctx, input }: Args<GetConnectSession, ConnectCtx>): Promise<ConnectSession> {
  const { applicationId, customerId } = requireScope(ctx.actor, 'connections:read');
  const { connectSessionId } = GetConnectSession.parse(input);
  const row = await ctx.db.prisma.connectSession.findFirst({
    where: { id: connectSessionId, applicationId, ...(customerId !== undefined && { customerId }) },
    include: { providerConfig: true },
  });
  if (!row) throw notFound('connect session', connectSessionId);
  return viewConnectSession(row, await databaseNow(ctx.db.prisma));
}
