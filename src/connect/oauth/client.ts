import * as openid from 'openid-client';
import type { Secret } from '../../base/secret.ts';
import { type JsonObject, type ProviderDefinition, ProviderError } from '../../kit/index.ts';
import type { Limits } from '../../ops/config.ts';
import { readBody } from '../answer.ts';
import { type Captured, expandUrl } from '../captured.ts';
import type { Egress } from '../egress.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { connectionFailure } from '../send.ts';
import { withoutSecrets } from '../without-secrets.ts';
import { normaliseTokenAnswer, type TokenDialect } from './normalise.ts';
import { OAuthRefusal } from './refusal.ts';

export type OAuthCtx = { egress: Egress; limits: Limits; clock: { now(): Date } };

/** What it takes to speak with one provider's OAuth server as one client. URLs are templates of the provider. */
export interface OAuthClient {
  provider: ProviderDefinition;
  clientId: string;
  clientSecret: Secret;
  captured: Captured;
  issuer: string;
  authorizeUrl?: string;
  tokenUrl: string;
  revokeUrl?: string | undefined;
  clientAuth: 'body' | 'basic' | 'basic_raw';
  tokenBody: 'form' | 'json';
  dialect: TokenDialect;
  defaultExpiresInSeconds: number | null;
}

export interface TokenSet {
  accessToken: string;
  refreshToken: string | null;
  /** null: it does not expire, as far as anybody said. */
  expiresInSeconds: number | null;
  /** null: the answer does not say. */
  scopes: string[] | null;
  /** The answer as it came, for captured values. */
  raw: JsonObject;
}

/** A token answer is small; anything longer is not one. */
const tokenBytesMax = 256 * 1024;

/** Only the endpoint that is asked is filled in: others may need values that are captured later (Zoho's accounts-server). */
export function createConfiguration(ctx: OAuthCtx, client: OAuthClient, endpoint: 'authorize' | 'token' | 'revoke'): openid.Configuration {
  const [name, template] = {
    authorize: ['authorization_endpoint', client.authorizeUrl] as const,
    token: ['token_endpoint', client.tokenUrl] as const,
    revoke: ['revocation_endpoint', client.revokeUrl] as const,
  }[endpoint];
  if (template === undefined) throw new Error(`${client.provider.name} declares no URL to ${endpoint}`);
  const server = { issuer: client.issuer, [name]: expandUrl(template, client.captured, client.provider) };
  const config = new openid.Configuration(server, client.clientId, {}, clientAuthentication(client));
  config.timeout = ctx.limits.requestTimeoutSeconds;
  return config;
}

/**
 * Runs one grant and reads its answer. `openid-client` is strict where providers are not, so its fetch is replaced by
 * one that normalises answers; what the provider really said is kept beside.
 */
export async function requestToken(
  ctx: OAuthCtx,
  client: OAuthClient,
  grant: (config: openid.Configuration) => Promise<openid.TokenEndpointResponse>,
): Promise<TokenSet> {
  const config = createConfiguration(ctx, client, 'token');
  let raw: JsonObject = {};
  config[openid.customFetch] = async (url, options) => {
    const { status, text, secrets } = await post(ctx, client, url, options);
    const answer = normaliseTokenAnswer(status, text, client.dialect);
    if (answer?.ok) {
      raw = answer.raw;
      return Response.json(answer.standard);
    }
    // RFC 6749 5.2 keeps 401 for a refused client; some servers send it without a body.
    if (answer || status === 401) {
      const description = withoutSecrets(answer?.description ?? '', secrets);
      return Response.json(
        { error: answer?.error ?? 'invalid_client', ...(description && { error_description: description }) },
        { status: 400 },
      );
    }
    throw new ProviderError('unavailable', `The provider's token endpoint answered HTTP ${status} with neither a token nor an error.`, {
      status,
    });
  };
  const tokens = await unwrap(() => grant(config));
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? null,
    expiresInSeconds: tokens.expires_in ?? client.defaultExpiresInSeconds,
    scopes: tokens.scope === undefined ? null : tokens.scope.split(/[ ,]+/).filter((scope) => scope !== ''),
    raw,
  };
}

/** RFC 7009. A server that does not know the token has nothing to revoke: that is success. */
export async function revokeToken(ctx: OAuthCtx, client: OAuthClient, token: string): Promise<void> {
  const config = createConfiguration(ctx, client, 'revoke');
  config[openid.customFetch] = async (url, options) => {
    const { status, text, secrets } = await post(ctx, client, url, options);
    if (status >= 200 && status < 300) return new Response(null, { status: 200 });
    const said = withoutSecrets(text, secrets).slice(0, 200);
    throw new ProviderError('invalid', `The provider's revocation endpoint answered HTTP ${status}: ${said}`, { status });
  };
  await unwrap(() => openid.tokenRevocation(config, token));
}

/** What is sent to a token endpoint and must not come back in its refusal. */
const secretParameters = ['client_secret', 'refresh_token', 'code', 'code_verifier', 'token'];

async function post(
  ctx: OAuthCtx,
  client: OAuthClient,
  url: string,
  options: openid.CustomFetchOptions,
): Promise<{ status: number; text: string; secrets: string[] }> {
  const headers = lowerCase(options.headers);
  const form = new URLSearchParams(String(options.body ?? ''));
  const isJson = client.tokenBody === 'json';
  if (isJson) headers['content-type'] = 'application/json';
  try {
    const answer = await ctx.egress.send(url, {
      method: options.method,
      headers,
      body: isJson ? JSON.stringify(Object.fromEntries(form)) : form.toString(),
      signal: options.signal,
    });
    const text = (await readBody(answer, { bytesMax: tokenBytesMax })).toString('utf8');
    const { status } = answer;
    if (status === 429) throw rateLimited(ctx, answer.headers);
    if (status >= 500) throw new ProviderError('unavailable', `The provider's token endpoint answered HTTP ${status}.`, { status });
    return { status, text, secrets: [client.clientSecret.reveal(), ...secretParameters.flatMap((name) => form.getAll(name))] };
  } catch (error) {
    throw error instanceof ProviderError ? error : connectionFailure(error);
  }
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function rateLimited(ctx: OAuthCtx, headers: Record<string, string>): ProviderError {
  const providerNow = Date.parse(headers.date ?? '') || ctx.clock.now().getTime();
  const retryAfterSeconds = parseRetryAfter(headers['retry-after'], new Date(providerNow));
  const options = { status: 429, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  return new ProviderError('rate_limited', "The provider's token endpoint asked us to wait.", options);
}

/** What our fetch threw comes back wrapped; what the server said comes back as the library's error. */
async function unwrap<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof openid.ResponseBodyError) throw new OAuthRefusal(error.error, error.error_description, error);
    if (error instanceof Error && error.cause instanceof ProviderError) throw error.cause;
    throw error;
  }
}

function clientAuthentication({ clientAuth, clientId, clientSecret }: OAuthClient): openid.ClientAuth {
  const secret = clientSecret.reveal();
  switch (clientAuth) {
    case 'body':
      return openid.ClientSecretPost(secret);
    case 'basic':
      return openid.ClientSecretBasic(secret);
    case 'basic_raw':
      // RFC 6749 2.3.1 form-encodes both parts; these providers want them as they are.
      return (_server, _client, _body, headers) => {
        headers.set('authorization', `Basic ${Buffer.from(`${clientId}:${secret}`, 'utf8').toString('base64')}`);
      };
    default:
      throw new Error(`unknown client authentication ${clientAuth satisfies never}`);
  }
}
