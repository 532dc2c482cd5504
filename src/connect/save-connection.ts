import { AppError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Connection as ConnectionRow } from '../db/generated/client.ts';
import { databaseNow, type Tx, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import type { RemoteAccount } from './account.ts';
import type { Captured } from './captured.ts';
import { type Connection, connectionEventData, viewConnection } from './connection.ts';
import type { PublicConnectCtx } from './context.ts';
import { type Credentials, sealCredentials } from './credentials.ts';
import type { SessionRow } from './find-session.ts';
import { markProviderConfigActive } from './provider-config.ts';

/** What a customer authorised, proved by the look-up of the account. */
export interface Authorisation {
  credentials: Credentials;
  /** null: they do not expire. */
  accessExpiresAt: Date | null;
  scopes: string[];
  captured: Captured;
  account: RemoteAccount;
}

/**
 * Uses the session up and saves the connection with it, in one transaction. The same account of the same customer at the
 * same provider is one connection: connecting it again, even after a disconnect, authorises the one that is there, so that
 * its records and links go on. A session made to authorise one connection again refuses any other account.
 */
export async function saveConnection(ctx: PublicConnectCtx, session: SessionRow, authorisation: Authorisation): Promise<Connection> {
  const { applicationId, customerId, providerConfigId } = session;
  return withTransaction(ctx, async (tx) => {
    // Serialises this customer's connects: two at once of one account must not become two connections.
    await tx.$queryRaw`
      select 1
      from customer
      where application_id = ${applicationId}::text
      and id = ${customerId}::text
      for no key update`;
    const now = await databaseNow(tx);
    const used = await tx.connectSession.updateMany({
      where: { id: session.id, applicationId, status: 'open' },
      data: { status: 'used', statusReason: null, usedAt: now },
    });
    if (used.count === 0) throw new AppError('connect_session_used', 'This connect link has been used already. Ask for a new one.');

    await lockConnections(tx, session);
    const existing =
      session.reconnectId === null
        ? await findSameAccount(tx, session, authorisation)
        : await requireSameAccount(tx, session, authorisation);
    const kind = existing ? 'reconnected' : 'created';
    const row = existing ? await authoriseAgain(tx, ctx, existing, authorisation, now) : await create(tx, ctx, session, authorisation, now);
    await tx.connectSession.update({ where: { id: session.id, applicationId }, data: { connectionId: row.id } });
    await emit(tx, ctx.clock, { applicationId, type: `connection.${kind}`, data: connectionEventData(row) });
    await markProviderConfigActive(tx, ctx.clock, session.providerConfig);
    await ctx.onConnectionChanged(tx, { kind, applicationId, connectionId: row.id, customerId, providerConfigId });
    return viewConnection(row);
  });
}

/**
 * What is found under the locks stays so: a purge that commits behind the look would take the records of the connection that comes back.
 * Who only refers to a connection is not waited for: the syncs of a changed sync config are added under the lock that this one takes next.
 */
async function lockConnections(tx: Tx, { applicationId, customerId, providerConfigId }: SessionRow): Promise<void> {
  await tx.$queryRaw`
    select 1
    from connection
    where application_id = ${applicationId}::text
      and customer_id = ${customerId}::text
      and provider_config_id = ${providerConfigId}::text
    order by id
    for no key update`;
}

/** A connection whose records are being purged is not brought back: the purge would take the new records too. */
function findSameAccount(tx: Tx, session: SessionRow, { account }: Authorisation): Promise<ConnectionRow | null> {
  const { applicationId, customerId, providerConfigId } = session;
  return tx.connection.findFirst({
    where: { applicationId, customerId, providerConfigId, remoteAccountId: account.id, purgeRequestedAt: null },
    orderBy: { id: 'asc' },
  });
}

async function requireSameAccount(tx: Tx, session: SessionRow, { account }: Authorisation): Promise<ConnectionRow> {
  const { applicationId, customerId, providerConfigId } = session;
  const row = await tx.connection.findFirst({ where: { id: session.reconnectId!, applicationId, customerId, providerConfigId } });
  if (!row || row.purgeRequestedAt !== null)
    throw new AppError('conflict', 'The connection that was to be authorised again is gone. Connect anew.');
  if (row.remoteAccountId !== null && row.remoteAccountId !== account.id)
    throw new AppError(
      'account_mismatch',
      'This is another account than the one that was connected. Sign in with that account, or connect this one anew.',
    );
  return row;
}

/** A new version of the credentials ends every refresh in flight: its save no longer finds the version that it began with. */
function authoriseAgain(
  tx: Tx,
  ctx: PublicConnectCtx,
  existing: ConnectionRow,
  authorisation: Authorisation,
  now: Date,
): Promise<ConnectionRow> {
  return tx.connection.update({
    where: { id: existing.id, applicationId: existing.applicationId },
    data: {
      ...columnsOf(ctx, existing.id, authorisation),
      authKind: authorisation.credentials.kind,
      credentialsVersion: { increment: 1 },
      refreshLeaseOwner: null,
      refreshLeaseUntil: null,
      status: 'active',
      statusReason: null,
      disconnectedAt: null,
      updatedAt: now,
    },
  });
}

function create(tx: Tx, ctx: PublicConnectCtx, session: SessionRow, authorisation: Authorisation, now: Date): Promise<ConnectionRow> {
  const id = newId('conn', now);
  return tx.connection.create({
    data: {
      ...columnsOf(ctx, id, authorisation),
      id,
      applicationId: session.applicationId,
      customerId: session.customerId,
      providerConfigId: session.providerConfigId,
      provider: session.providerConfig.provider,
      authKind: authorisation.credentials.kind,
      status: 'active',
      createdAt: now,
      updatedAt: now,
    },
  });
}

function columnsOf(
  ctx: PublicConnectCtx,
  connectionId: string,
  { credentials, accessExpiresAt, scopes, captured, account }: Authorisation,
) {
  return {
    ...sealCredentials(ctx.vault, connectionId, credentials),
    accessExpiresAt,
    captured,
    scopes,
    remoteAccountId: account.id,
    remoteAccountName: account.name,
  };
}
