import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { newToken } from '../base/ids.ts';
import { findProvider } from '../catalog/index.ts';
import { databaseNow } from '../db/index.ts';
import { capture } from './captured.ts';
import { hashToken } from './connect-session.ts';
import { findOpenSession } from './find-session.ts';
import type { PublicArgs } from './get-connect-page.ts';
import { authorizeUrl, oauth2Client } from './oauth/grants.ts';
import { sealState } from './oauth/state.ts';
import { authOfKind, clientIdentity, redirectUri } from './provider-config.ts';

/** Time for signing in and consenting at the provider. */
export const stateSecondsMax = 15 * 60;

/** A customer may go back and start again; a machine may not fill the table. */
const startsMax = 50;

export const BeginAuthorization = z.strictObject({
  token: z.string().max(200),
  /** Fields of the page. */
  form: z.record(z.string().max(100), z.string().max(5000)),
  /** The browser's cookie, when it has one. */
  browserToken: z.string().max(200).nullable(),
  mode: z.enum(['page', 'popup']),
});
export type BeginAuthorization = z.input<typeof BeginAuthorization>;

export interface BegunAuthorization {
  /** Where the browser goes. */
  location: URL;
  /** The cookie that binds the state to this browser. */
  browserToken: string;
  browserSeconds: number;
}

const browserTokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** Makes a state that only this browser can bring back, once and soon, and sends the browser to the provider. */
export async function beginAuthorization({ ctx, input }: PublicArgs<BeginAuthorization>): Promise<BegunAuthorization> {
  const { token, form, browserToken: brought, mode } = BeginAuthorization.parse(input);
  const session = await findOpenSession(ctx, token);
  const { providerConfig, applicationId } = session;
  const provider = await findProvider(ctx, providerConfig.applicationId, providerConfig.provider);
  const auth = authOfKind(provider, 'oauth2');
  const captured = capture(provider, 'form', form);

  const state = newToken();
  // 96 characters of RFC 7636's alphabet, of which it asks for 43 to 128.
  const codeVerifier = randomBytes(72).toString('base64url');
  const browserToken = brought !== null && browserTokenPattern.test(brought) ? brought : newToken();
  const request = { redirectUri: redirectUri(ctx.publicUrl), state, codeVerifier, scopes: providerConfig.scopes };
  const client = oauth2Client(provider, auth, clientIdentity(ctx.vault, providerConfig), captured);
  const location = await authorizeUrl(ctx, client, auth, request);

  const begun = await ctx.db.prisma.oAuthState.count({ where: { applicationId, connectSessionId: session.id } });
  if (begun >= startsMax) throw new AppError('conflict', 'This connect link was started too often. Ask for a new one.');
  const now = await databaseNow(ctx.db.prisma);
  const stateHash = hashToken(state);
  await ctx.db.prisma.oAuthState.create({
    data: {
      stateHash,
      applicationId,
      connectSessionId: session.id,
      browserHash: hashToken(browserToken),
      ...sealState(ctx.vault, stateHash, { codeVerifier, token, captured, mode }),
      issuer: auth.issuer,
      redirectUri: request.redirectUri,
      expiresAt: new Date(now.getTime() + stateSecondsMax * 1000),
      createdAt: now,
    },
  });
  return { location: ctx.egress.browserUrl(location), browserToken, browserSeconds: stateSecondsMax };
}
