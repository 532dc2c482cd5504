import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError, notFound } from '../base/errors.ts';
import { newId, newToken } from '../base/ids.ts';
import { customerIdInput, idInput, text } from '../base/text.ts';
import { findProvider } from '../catalog/index.ts';
import { type Args, databaseNow, type Tx, withTransaction } from '../db/index.ts';
import { audit, requireCustomer } from '../tenancy/index.ts';
import { type ConnectSession, hashToken, viewConnectSession } from './connect-session.ts';
import type { ConnectCtx } from './context.ts';
import { deletedStatus } from './provider-config.ts';
import { requireAllowedReturnUrl } from './return-url.ts';

export const connectSessionSecondsDefault = 30 * 60;
export const connectSessionSecondsMin = 60;
export const connectSessionSecondsMax = 24 * 60 * 60;

const urlCharsMax = 2000;

export const CreateConnectSession = z.strictObject({
  customerId: customerIdInput,
  provider: z.string().min(1).max(100),
  returnUrl: text(urlCharsMax).optional(),
  /** The origin of the vendor's page that embeds the flow; messages go to it and to no other. */
  origin: text(urlCharsMax).optional(),
  /** Authorises this connection again instead of making one. */
  connectionId: idInput.optional(),
  expiresInSeconds: z.int().min(connectSessionSecondsMin).max(connectSessionSecondsMax).default(connectSessionSecondsDefault),
});
export type CreateConnectSession = z.input<typeof CreateConnectSession>;

/** `url` carries the token and is shown this once. */
export type NewConnectSession = ConnectSession & { url: string };

export async function createConnectSession({ ctx, input }: Args<CreateConnectSession, ConnectCtx>): Promise<NewConnectSession> {
  const { applicationId } = requireScope(ctx.actor, 'connections:write');
  const { customerId, provider, returnUrl, origin, connectionId, expiresInSeconds } = CreateConnectSession.parse(input);
  await findProvider(ctx, applicationId, provider);
  const token = newToken();
  return withTransaction(ctx, async (tx) => {
    const application = await tx.application.findUniqueOrThrow({ where: { id: applicationId } });
    const allowedReturnUrl = returnUrl === undefined ? null : requireAllowedReturnUrl(returnUrl, application.returnUrls);
    if (origin !== undefined && !application.origins.includes(origin))
      throw new AppError('origin_not_allowed', "The origin is not on the application's list of origins. Add it to the application first.");
    await requireCustomer(tx, applicationId, customerId);
    const providerConfig = await requireProviderConfig(tx, applicationId, provider);
    if (connectionId !== undefined)
      await requireReconnectable(tx, { applicationId, customerId, providerConfigId: providerConfig.id, connectionId });
    const now = await databaseNow(tx);
    await forgetExpired(tx, applicationId);
    const row = await tx.connectSession.create({
      data: {
        id: newId('cs', now),
        applicationId,
        customerId,
        providerConfigId: providerConfig.id,
        tokenHash: hashToken(token),
        returnUrl: allowedReturnUrl,
        origin: origin ?? null,
        reconnectId: connectionId ?? null,
        expiresAt: new Date(now.getTime() + expiresInSeconds * 1000),
        createdAt: now,
      },
      include: { providerConfig: true },
    });
    await audit(tx, ctx, { applicationId, action: 'connect_session.created', target: row.id });
    return { ...viewConnectSession(row, now), url: `${ctx.publicUrl}/connect/${token}` };
  });
}

async function requireProviderConfig(tx: Tx, applicationId: string, provider: string) {
  const row = await tx.providerConfig.findFirst({ where: { applicationId, provider, status: { not: deletedStatus } } });
  if (!row) throw new AppError('not_found', `This application has no provider config for ${provider}. Create one first.`);
  return row;
}

async function requireReconnectable(
  tx: Tx,
  { connectionId, ...owner }: { applicationId: string; customerId: string; providerConfigId: string; connectionId: string },
): Promise<void> {
  const connection = await tx.connection.findFirst({ where: { id: connectionId, ...owner } });
  if (!connection) throw notFound('connection of this customer and provider', connectionId);
  if (connection.purgeRequestedAt !== null)
    throw new AppError('conflict', 'The records of this connection are being purged. Connect anew, without connection_id.');
}

const sessionDaysKept = 30;
const rowsForgottenMax = 100;

/** Old sessions and states go a few at a time whenever one is made, so that no sweep is needed. States of a session go with it. */
async function forgetExpired(tx: Tx, applicationId: string): Promise<void> {
  await tx.$executeRaw`
    delete from connect_session
    where id in (
      select id
      from connect_session
      where application_id = ${applicationId}::text
      and expires_at < syncline_now() - ${sessionDaysKept}::int * interval '1 day'
      limit ${rowsForgottenMax}::int
      for update skip locked
    )`;
  await tx.$executeRaw`
    delete from oauth_state
    where state_hash in (
      select state_hash
      from oauth_state
      where application_id = ${applicationId}::text
      and expires_at < syncline_now()
      limit ${rowsForgottenMax}::int
      for update skip locked
    )`;
}
