import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AdapterPayload, interactionPolicy, type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { OAuthMount } from '../dialect.ts';
import { OAuthStorage } from './adapter.ts';
import { accountOfClient, basicUser, clientMetadata, defaultClient, isLoopback } from './clients.ts';
import { interact, mountOfRequest } from './interact.ts';
import type { OAuthServerOptions } from './options.ts';
import { problemPage } from './page.ts';

const refreshTokenSeconds = 90 * 24 * 3600;
const consentSeconds = 3600;

/** A certified OAuth server in the clothes of a SaaS: authorization code with PKCE, rotating refresh tokens, revocation, client credentials. */
export function createOAuthServer(options: OAuthServerOptions): OAuthMount {
  const { world, dialect, paths, scopes } = options;
  const storage = new OAuthStorage(makeClient);
  const accountIn = (name: string) => world.account(dialect, name);

  const policy = interactionPolicy.base();
  // Whoever connects logs in every time: one browser connects several accounts in a row.
  policy.get('login')?.checks.add(
    new interactionPolicy.Check('always', 'log in', (ctx) => {
      const result = (ctx.oidc as unknown as { result?: { login?: unknown } }).result;
      return result?.login === undefined ? interactionPolicy.Check.REQUEST_PROMPT : interactionPolicy.Check.NO_NEED_TO_PROMPT;
    }),
  );

  const provider = new Provider(options.issuer, {
    adapter: (name: string) => storage.adapter(name),
    jwks: { keys: [signingKey()] },
    scopes,
    routes: { authorization: paths.authorize, token: paths.token, revocation: paths.revoke, userinfo: paths.userinfo, jwks: '/oauth/jwks' },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      rpInitiatedLogout: { enabled: false },
    },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: {
      id_token_signed_response_alg: 'ES256',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    pkce: { required: () => false },
    interactions: { policy, url: (ctx, interaction) => `${mountOf(ctx)}/interaction/${interaction.uid}` },
    cookies: {
      keys: ['not a secret: the accounts are simulated'],
      names: { session: `session_${dialect}`, interaction: `interaction_${dialect}`, resume: `resume_${dialect}` },
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    rotateRefreshToken: (ctx) => {
      const account = ctx.oidc.entities.RefreshToken?.accountId;
      return account !== undefined && accountIn(account).settings.rotatesRefreshTokens;
    },
    ttl: {
      AccessToken: (_ctx, token) => lifetimeOf(token.accountId),
      ClientCredentials: (_ctx, token) => lifetimeOf(accountOfClient(token.clientId)),
      RefreshToken: refreshTokenSeconds,
      Grant: refreshTokenSeconds,
      Session: consentSeconds,
      Interaction: consentSeconds,
      AuthorizationCode: 60,
      IdToken: consentSeconds,
    },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = problemPage(options.title, `${out.error}: ${out.error_description ?? ''}`);
    },
  });

  const lifetimeOf = (account: string | undefined): number =>
    account === undefined ? consentSeconds : accountIn(account).settings.accessTokenSeconds;

  // Any loopback URL is a good redirect target: tests and demos listen where they find a free port.
  const clientPrototype = provider.Client.prototype as unknown as { redirectUriAllowed(uri: string): boolean };
  const isRegistered = clientPrototype.redirectUriAllowed;
  clientPrototype.redirectUriAllowed = function redirectUriAllowed(uri) {
    return isLoopback(uri) || isRegistered.call(this, uri);
  };

  provider.use(async (ctx, next) => {
    await next();
    shapeAnswer(ctx as unknown as KoaContextWithOIDC);
  });
  const callback = provider.callback();

  function shapeAnswer(ctx: KoaContextWithOIDC): void {
    const route = ctx.oidc?.route;
    const location = ctx.response.get('location');
    if (!options.sendsIssuer && (route === 'authorization' || route === 'resume') && location.includes('iss='))
      ctx.set('location', withoutIssuer(location));
    if (route !== 'token') return;
    const grantType = String(ctx.oidc.params?.grant_type ?? '');
    const account = ctx.oidc.entities.AccessToken?.accountId ?? ctx.oidc.entities.RefreshToken?.accountId ?? '';
    const body = ctx.body as Record<string, unknown> | undefined;
    if (ctx.status === 200 && body) {
      countTokens(ctx, grantType);
      if (options.tokenAnswer) ctx.body = options.tokenAnswer(body, account, grantType);
    } else if (options.tokenRefusal && body && typeof body.error === 'string') {
      const refusal = options.tokenRefusal(body as { error: string; error_description?: string }, grantType);
      ctx.status = refusal.status;
      ctx.body = refusal.body;
    }
  }

  function countTokens(ctx: KoaContextWithOIDC, grantType: string): void {
    const account = ctx.oidc.entities.AccessToken?.accountId ?? accountOfClient(ctx.oidc.client?.clientId);
    if (account === undefined) return;
    const { tokens } = accountIn(account);
    if (grantType === 'refresh_token') tokens.refreshed++;
    else tokens.issued++;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/', search = ''] = (request.url ?? '/').split('?', 2);
    if (path.startsWith('/interaction/')) return interact({ provider, options, request, response });
    const canonical = options.aliases?.[path] ?? path;
    request.url = canonical === paths.authorize ? `${canonical}?${authorizeQuery(search)}` : search ? `${canonical}?${search}` : canonical;
    // oidc-provider learns from the difference where it is mounted.
    Object.assign(request, { originalUrl: `${mountOfRequest(request)}${request.url}` });
    await callback(request, response);
  }

  /** The refresh token needs the consent prompt; providers without OpenID Connect know no prompts at all. */
  function authorizeQuery(search: string): string {
    const query = new URLSearchParams(search);
    query.set('prompt', 'consent');
    const asked =
      query
        .get('scope')
        ?.split(/[ ,]+/)
        .filter((scope) => scopes.includes(scope)) ?? [];
    query.set('scope', asked.length > 0 ? asked.join(' ') : options.defaultScope);
    return query.toString();
  }

  function makeClient(id: string): AdapterPayload | undefined {
    if (id === defaultClient.clientId) return clientMetadata(id, defaultClient.clientSecret, []);
    const account = accountOfClient(id);
    if (account === undefined) return undefined;
    return {
      client_id: id,
      client_secret: `secret_${account}`,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    };
  }

  return {
    handle,
    async accountOf(body, headers) {
      const form = new URLSearchParams(body);
      const [refreshToken, code] = [form.get('refresh_token') ?? form.get('token'), form.get('code')];
      if (refreshToken) return storage.find('RefreshToken', refreshToken)?.accountId ?? null;
      if (code) return storage.find('AuthorizationCode', code)?.accountId ?? null;
      return accountOfClient(form.get('client_id') ?? basicUser(headers.authorization)) ?? null;
    },
    async findAccessToken(token) {
      const found = (await provider.AccessToken.find(token)) ?? (await provider.ClientCredentials.find(token));
      if (!found) return null;
      if (found.kind === 'ClientCredentials') return { account: accountOfClient(found.clientId) ?? 'shared', scopes: new Set(scopes) };
      return { account: (found as { accountId: string }).accountId, scopes: new Set(found.scope?.split(' ')) };
    },
    expireAccessTokens: (account) => storage.forget(['AccessToken'], account),
    endGrants: (account) => storage.forget(['AccessToken', 'RefreshToken', 'Grant', 'AuthorizationCode'], account),
    registerClient: ({ clientId, clientSecret, redirectUris = [] }) =>
      storage.set('Client', clientId, clientMetadata(clientId, clientSecret, redirectUris)),
  };
}

function withoutIssuer(location: string): string {
  const url = new URL(location);
  url.searchParams.delete('iss');
  return url.href;
}

function mountOf(ctx: KoaContextWithOIDC): string {
  return mountOfRequest(ctx.req);
}

function signingKey(): JWK {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as JWK;
}
