import * as openid from 'openid-client';
import type { Secret } from '../../base/secret.ts';
import type { ClientCredentialsAuth, OAuth2Auth, ProviderDefinition } from '../../kit/index.ts';
import type { Captured } from '../captured.ts';
import { createConfiguration, type OAuthClient, type OAuthCtx, requestToken, type TokenSet } from './client.ts';

/** The vendor's OAuth client at a provider, as its config holds it. */
export interface ClientIdentity {
  clientId: string;
  clientSecret: Secret;
}

export function oauth2Client(provider: ProviderDefinition, auth: OAuth2Auth, identity: ClientIdentity, captured: Captured): OAuthClient {
  return {
    provider,
    ...identity,
    captured,
    issuer: auth.issuer,
    authorizeUrl: auth.authorizeUrl,
    tokenUrl: auth.tokenUrl,
    revokeUrl: auth.revokeUrl,
    clientAuth: auth.clientAuth ?? 'body',
    tokenBody: auth.tokenBody ?? 'form',
    dialect: auth,
    defaultExpiresInSeconds: auth.defaultExpiresInSeconds,
  };
}

/** PKCE is on unless the provider breaks with it. */
export async function authorizeUrl(
  ctx: OAuthCtx,
  client: OAuthClient,
  auth: OAuth2Auth,
  request: { redirectUri: string; state: string; codeVerifier: string; scopes: string[] },
): Promise<URL> {
  const parameters: Record<string, string> = {
    redirect_uri: request.redirectUri,
    response_type: 'code',
    state: request.state,
    scope: request.scopes.join(auth.scopes.separator),
    ...(auth.pkce !== false && {
      code_challenge: await openid.calculatePKCECodeChallenge(request.codeVerifier),
      code_challenge_method: 'S256',
    }),
    ...auth.authorizeParams,
  };
  // Pipedrive refuses empty parameters: https://pipedrive.readme.io/docs/marketplace-oauth-authorization
  const filled = Object.entries(parameters).filter(([, value]) => value !== '');
  return openid.buildAuthorizationUrl(createConfiguration(ctx, client, 'authorize'), Object.fromEntries(filled));
}

/** `callbackUrl` is rebuilt from the public URL: what a proxy did to the request must not reach the provider. */
export function exchangeCode(
  ctx: OAuthCtx,
  client: OAuthClient,
  auth: OAuth2Auth,
  callback: { url: URL; state: string; codeVerifier: string },
): Promise<TokenSet> {
  return requestToken(ctx, client, (config) =>
    openid.authorizationCodeGrant(
      config,
      callback.url,
      { expectedState: callback.state, ...(auth.pkce !== false && { pkceCodeVerifier: callback.codeVerifier }) },
      auth.tokenParams,
    ),
  );
}

export function refreshGrant(ctx: OAuthCtx, client: OAuthClient, auth: OAuth2Auth, refreshToken: string): Promise<TokenSet> {
  const atRefreshUrl = { ...client, tokenUrl: auth.refreshUrl ?? auth.tokenUrl };
  return requestToken(ctx, atRefreshUrl, (config) => openid.refreshTokenGrant(config, refreshToken, auth.refreshParams));
}

/** The customer's own client id and secret, exchanged for an access token. */
export function clientCredentialsGrant(
  ctx: OAuthCtx,
  provider: ProviderDefinition,
  auth: ClientCredentialsAuth,
  identity: ClientIdentity,
  captured: Captured,
): Promise<TokenSet> {
  const client: OAuthClient = {
    provider,
    ...identity,
    captured,
    issuer: auth.tokenUrl,
    tokenUrl: auth.tokenUrl,
    clientAuth: auth.clientAuth ?? 'body',
    tokenBody: 'form',
    dialect: {},
    defaultExpiresInSeconds: auth.defaultExpiresInSeconds,
  };
  const scope = auth.scopes.default.join(auth.scopes.separator);
  return requestToken(ctx, client, (config) =>
    openid.clientCredentialsGrant(config, { ...(scope !== '' && { scope }), ...auth.tokenParams }),
  );
}
