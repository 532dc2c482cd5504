import * as openid from 'openid-client';
import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { findProvider } from '../catalog/index.ts';
import type { OAuth2Auth, ProviderDefinition } from '../kit/index.ts';
import { lookUpAccount } from './account.ts';
import { capture } from './captured.ts';
import type { PublicConnectCtx } from './context.ts';
import { findSessionById, noteFailure, type SessionRow } from './find-session.ts';
import type { PublicArgs } from './get-connect-page.ts';
import type { TokenSet } from './oauth/client.ts';
import { exchangeCode, oauth2Client } from './oauth/grants.ts';
import { meaningOfRefusal, OAuthRefusal } from './oauth/refusal.ts';
import { type TakenState, takeState } from './oauth/state.ts';
import { asConnectError, type ConnectOutcome, outcomeContext } from './outcome.ts';
import { authOfKind, clientIdentity, markProviderConfigBroken } from './provider-config.ts';
import { type Authorisation, saveConnection } from './save-connection.ts';

const queryCharsMax = 10_000;

export const CompleteAuthorization = z.strictObject({
  /** The callback's query as it came, without "?". */
  query: z.string().max(queryCharsMax),
  browserToken: z.string().max(200).nullable(),
});
export type CompleteAuthorization = z.input<typeof CompleteAuthorization>;

/**
 * The callback. A replayed, expired, tampered or foreign one finds no state to take and changes nothing. What fails later
 * leaves the session open: the customer may try again until it has expired.
 */
export async function completeAuthorization({ ctx, input }: PublicArgs<CompleteAuthorization>): Promise<ConnectOutcome> {
  const { query, browserToken } = CompleteAuthorization.parse(input);
  const params = new URLSearchParams(query);
  const [state, ...more] = params.getAll('state');
  const taken =
    state === undefined || more.length > 0 || browserToken === null ? null : await takeState(ctx.db, ctx.vault, state, browserToken);
  const session = taken && (await findSessionById(ctx, taken.applicationId, taken.connectSessionId));
  if (state === undefined || !taken || !session) return { kind: 'failed', error: invalidState(), context: null };

  const provider = await findProvider(ctx, session.applicationId, session.providerConfig.provider);
  const context = outcomeContext(session, provider.displayName, taken.content.mode, taken.content.token);
  try {
    if (session.status !== 'open')
      throw new AppError('connect_session_used', 'This connect link has been used already. Ask for a new one.');
    const authorisation = await authorise(ctx, { session, taken, provider, params, state });
    const connection = await saveConnection(ctx, session, authorisation);
    return { kind: 'connected', connectionId: connection.id, context };
  } catch (error) {
    const known = asConnectError(error, provider.displayName);
    if (!known) throw error;
    await noteFailure(ctx, session, known.code);
    return { kind: 'failed', error: known, context };
  }
}

interface Callback {
  session: SessionRow;
  taken: TakenState;
  provider: ProviderDefinition;
  params: URLSearchParams;
  state: string;
}

async function authorise(ctx: PublicConnectCtx, { session, taken, provider, params, state }: Callback): Promise<Authorisation> {
  const auth = authOfKind(provider, 'oauth2');
  if (taken.issuer !== auth.issuer) throw invalidState();
  if (params.has('error')) throw denied(params.get('error') ?? '', provider);
  const known = { ...taken.content.captured, ...capture(provider, 'callback', Object.fromEntries(params)) };
  const askedAt = ctx.clock.now();
  const tokens = await exchange(ctx, { session, provider, auth, captured: known, params, state, taken });
  const captured = { ...known, ...capture(provider, 'token', tokens.raw) };
  const credentials = {
    kind: 'oauth2' as const,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    lifetimeSeconds: tokens.expiresInSeconds,
  };
  const signal = AbortSignal.timeout(ctx.limits.requestTimeoutSeconds * 1000);
  const account = await lookUpAccount(ctx, { provider, credentials, captured }, signal);
  const { expiresInSeconds } = tokens;
  const accessExpiresAt = expiresInSeconds === null ? null : new Date(askedAt.getTime() + expiresInSeconds * 1000);
  return { credentials, accessExpiresAt, scopes: tokens.scopes ?? session.providerConfig.scopes, captured, account };
}

async function exchange(
  ctx: PublicConnectCtx,
  input: Callback & { auth: OAuth2Auth; captured: Record<string, string> },
): Promise<TokenSet> {
  const { session, provider, auth, captured, params, state, taken } = input;
  const client = oauth2Client(provider, auth, clientIdentity(ctx.vault, session.providerConfig), captured);
  const url = new URL(`${taken.redirectUri}?${params}`);
  try {
    return await exchangeCode(ctx, client, auth, { url, state, codeVerifier: taken.content.codeVerifier });
  } catch (error) {
    if (error instanceof OAuthRefusal && meaningOfRefusal(error, auth) === 'client_refused') {
      await markProviderConfigBroken(ctx, session.providerConfig, error.error);
      const message = `${provider.displayName} does not accept the OAuth client of this application. Its client id or secret must be mended.`;
      throw new AppError('provider_config_broken', message, { internal: error.message, cause: error });
    }
    // The library refuses a callback whose issuer is another one (RFC 9207), that repeats parameters or has no code.
    if (error instanceof openid.ClientError && error.code === 'OAUTH_INVALID_RESPONSE') throw invalidState(error);
    throw error;
  }
}

function denied(error: string, provider: ProviderDefinition): AppError {
  const options = { internal: `the callback says ${JSON.stringify(error.slice(0, 200))}` };
  return error === 'access_denied'
    ? new AppError('oauth_denied', `Access to ${provider.displayName} was not allowed.`, options)
    : new AppError('provider_rejected', `${provider.displayName} refused the authorisation.`, options);
}

function invalidState(cause?: unknown): AppError {
  return new AppError('oauth_state_invalid', 'This sign-in was not begun in this browser, was used already or has expired. Start again.', {
    cause,
  });
}
