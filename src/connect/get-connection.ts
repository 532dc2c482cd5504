import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import { type Connection, viewConnection } from './connection.ts';
import type { ConnectCtx } from './context.ts';

export const GetConnection = z.strictObject({ connectionId: idInput });
export type GetConnection = z.input<typeof GetConnection>;

export async function getConnection({ ctx, input }: Args<GetConnection, ConnectCtx>): Promise<Connection> {
  const { applicationId, customerId } = requireScope(ctx.actor, 'connections:read');
  const { connectionId } = GetConnection.parse(input);
  const row = await ctx.db.prisma.connection.findFirst({
    where: { id: connectionId, applicationId, ...(customerId !== undefined && { customerId }) },
  });
  if (!row) throw notFound('connection', connectionId);
  return viewConnection(row);
}
