import { AppError } from '../base/errors.ts';
import { classifyByStatus, type ProviderDefinition, ProviderError, type ProviderRefusal, type RequestSpec } from '../kit/index.ts';
import type { Limits } from '../ops/config.ts';
import { parseLoosely, readBody } from './answer.ts';
import { type Captured, expandUrl, expandValue } from './captured.ts';
import { basicValue, type Credentials, secretsOf } from './credentials.ts';
import type { Egress } from './egress.ts';
import { BlockedAddress } from './http-out.ts';
import { parseRetryAfter } from './retry-after.ts';
import { buildTarget } from './target.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface ProviderAnswer {
  status: number;
  /** Lower case names. */
  headers: Record<string, string>;
  body: Buffer;
  /** The provider's Date header. */
  providerTime: Date | null;
}

/** Everything one authorised request needs; a connection that is not saved yet has it too. */
export interface Authorised {
  provider: ProviderDefinition;
  credentials: Credentials;
  captured: Captured;
}

type SendCtx = { egress: Egress; limits: Limits; clock: { now(): Date } };

export interface SendOptions {
  signal: AbortSignal;
  /** Who reads the answer gives the memory of its body back (base/body-buffers). */
  isLent?: boolean;
}

const redirectsMax = 3;

/** One request with credentials. Every refusal is a `ProviderError`; an abort by `signal` is thrown as it came. */
export async function sendAuthorised(ctx: SendCtx, who: Authorised, spec: RequestSpec, options: SendOptions): Promise<ProviderAnswer> {
  const base = baseUrlOf(who);
  let url = buildTarget(base, spec);
  for (let hop = 0; ; hop++) {
    const answer = await sendOnce(ctx, who, spec, url, options);
    const location = redirectOf(answer);
    if (location === undefined) return accept(ctx, who, answer);
    if (hop === redirectsMax)
      throw new ProviderError('invalid', `The provider redirected more than ${redirectsMax} times.`, { status: answer.status });
    if (spec.method !== 'GET' && answer.status !== 307 && answer.status !== 308)
      throw new ProviderError(
        'invalid',
        `The provider redirected a ${spec.method} request with ${answer.status}, which cannot be followed.`,
        { status: answer.status },
      );
    url = buildTarget(base, { path: URL.canParse(location, url.href) ? new URL(location, url).href : location });
  }
}

/** Captured values that no longer match their patterns: the customer has to connect again, but the credentials may be good. */
function baseUrlOf({ provider, captured }: Authorised): string {
  try {
    return expandUrl(provider.api.baseUrl, captured, provider);
  } catch (error) {
    if (error instanceof AppError) throw new ProviderError('config', error.message, { cause: error });
    throw error;
  }
}

async function sendOnce(
  ctx: SendCtx,
  who: Authorised,
  spec: RequestSpec,
  url: URL,
  { signal, isLent }: SendOptions,
): Promise<ProviderAnswer> {
  const timeout = AbortSignal.timeout(ctx.limits.requestTimeoutSeconds * 1000);
  try {
    const answer = await ctx.egress.send(url, {
      method: spec.method,
      headers: headersOf(who, spec),
      signal: AbortSignal.any([signal, timeout]),
      body: spec.body?.text ?? (spec.json === undefined ? undefined : JSON.stringify(spec.json)),
    });
    const { status, headers } = answer;
    const body = await readBody(answer, { bytesMax: ctx.limits.responseBytesMax, isLent });
    return { status, headers, body, providerTime: dateOf(headers.date) };
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    signal.throwIfAborted();
    if (timeout.aborted)
      throw new ProviderError('unavailable', `The provider did not answer within ${ctx.limits.requestTimeoutSeconds} seconds.`, {
        cause: error,
      });
    throw connectionFailure(error);
  }
}

/** What a request that got no answer means: an address that we refuse is the set-up's fault, anything else passes. */
export function connectionFailure(error: unknown): ProviderError {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < causesMax; cause = cause.cause, depth++)
    if (cause instanceof BlockedAddress) return new ProviderError('config', `${cause.message}, which is not allowed.`, { cause: error });
  return new ProviderError('unavailable', 'The connection to the provider failed or was cut.', { cause: error });
}

const causesMax = 5;

/** Names are lower case, so that the later of two counts, and the credentials last. */
function headersOf({ provider, credentials, captured }: Authorised, spec: RequestSpec): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'syncline' };
  for (const [name, value] of Object.entries(provider.api.headers ?? {}))
    headers[name.toLowerCase()] = expandValue(value, captured, provider);
  if (spec.json !== undefined) headers['content-type'] = 'application/json';
  if (spec.body) headers['content-type'] = spec.body.contentType;
  for (const [name, value] of Object.entries(spec.headers ?? {})) headers[name.toLowerCase()] = value;
  const [name, value] = authorisation(provider, credentials);
  headers[name.toLowerCase()] = value;
  return headers;
}

function authorisation(provider: ProviderDefinition, credentials: Credentials): [name: string, value: string] {
  switch (credentials.kind) {
    case 'oauth2': {
      const auth = provider.auth.find((candidate) => candidate.kind === 'oauth2');
      const send = auth?.send ?? { header: 'authorization', prefix: 'Bearer ' };
      return [send.header, send.prefix + credentials.accessToken];
    }
    case 'client_credentials':
      return ['authorization', `Bearer ${credentials.accessToken}`];
    case 'api_key': {
      const auth = provider.auth.find((candidate) => candidate.kind === 'api_key');
      if (!auth) throw new ProviderError('config', `${provider.displayName} no longer offers API keys.`);
      return [auth.send.header, auth.send.prefix + credentials.apiKey];
    }
    case 'basic':
      return ['authorization', `Basic ${basicValue(credentials)}`];
    default:
      throw new Error(`no way to send ${credentials satisfies never}`);
  }
}

function redirectOf(answer: ProviderAnswer): string | undefined {
  return [301, 302, 303, 307, 308].includes(answer.status) ? answer.headers.location : undefined;
}

function accept(ctx: SendCtx, who: Authorised, answer: ProviderAnswer): ProviderAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const text = withoutSecrets(answer.body.toString('utf8'), secretsOf(who.credentials));
  const refusal = classify(who, answer, text);
  const header = parseRetryAfter(answer.headers['retry-after'], answer.providerTime ?? ctx.clock.now());
  const retryAfterSeconds = header ?? refusal.retryAfterSeconds;
  const refused = new ProviderError(refusal.meaning, refusal.message, {
    status: answer.status,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
  refusedAnswers.set(refused, { ...answer, body: Buffer.from(text, 'utf8') });
  throw refused;
}

/** Beside the errors and not in them: errors are logged and kept, and an answer is the customer's data. */
const refusedAnswers = new WeakMap<ProviderError, ProviderAnswer>();

/** The answer behind a refusal, credentials taken out; undefined: no answer came, or it stands for something else. */
export function refusedAnswer(error: ProviderError): ProviderAnswer | undefined {
  return refusedAnswers.get(error);
}

/** A provider may repeat in its refusal what it was sent, and the refusal is kept and shown: credentials are taken out first. */
function classify({ provider }: Authorised, answer: ProviderAnswer, text: string): ProviderRefusal {
  const refused = { status: answer.status, headers: answer.headers, body: parseLoosely(text) };
  return { ...classifyByStatus(refused), ...provider.classifyError?.(refused) };
}

function dateOf(header: string | undefined): Date | null {
  const milliseconds = Date.parse(header ?? '');
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds);
}
