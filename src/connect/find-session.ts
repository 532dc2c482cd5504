import { AppError } from '../base/errors.ts';
import type { Application, ConnectSession, ProviderConfig } from '../db/generated/client.ts';
import { databaseNow } from '../db/index.ts';
import { hashToken } from './connect-session.ts';
import type { PublicConnectCtx } from './context.ts';

export type SessionRow = ConnectSession & { providerConfig: ProviderConfig & { application: Application } };

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** The token is the permission: it says which application, customer and provider. */
export async function findOpenSession(ctx: Pick<PublicConnectCtx, 'db'>, token: string): Promise<SessionRow> {
  const row = tokenPattern.test(token)
    ? await ctx.db.prisma.connectSession.findUnique({
        where: { tokenHash: hashToken(token) },
        include: { providerConfig: { include: { application: true } } },
      })
    : null;
  if (!row) throw new AppError('not_found', 'No such connect link exists. Ask for a new one.');
  if (row.status !== 'open') throw new AppError('connect_session_used', 'This connect link has been used already. Ask for a new one.');
  if (row.expiresAt <= (await databaseNow(ctx.db.prisma)))
    throw new AppError('connect_session_expired', 'This connect link has expired. Ask for a new one.');
  return row;
}

/** The session of a state, whatever its age: it was open and in time when the state was made. */
export function findSessionById(ctx: Pick<PublicConnectCtx, 'db'>, applicationId: string, id: string): Promise<SessionRow | null> {
  return ctx.db.prisma.connectSession.findFirst({
    where: { id, applicationId },
    include: { providerConfig: { include: { application: true } } },
  });
}

/** Why the last try did not succeed, for the vendor. The session stays open: the customer may try again. */
export async function noteFailure(
  ctx: Pick<PublicConnectCtx, 'db'>,
  session: Pick<SessionRow, 'id' | 'applicationId'>,
  reason: string,
): Promise<void> {
  await ctx.db.prisma.connectSession.updateMany({
    where: { id: session.id, applicationId: session.applicationId, status: 'open' },
    data: { statusReason: reason },
  });
}
