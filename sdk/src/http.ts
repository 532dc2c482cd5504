import { ApiError, ConnectionError } from './api-error.ts';
import { type Credentials, renewingFetch, tokenSource } from './credentials.ts';
import { type Client, createClient } from './generated/client/index.ts';
import { defaultRetry, type RetryOptions, retryingFetch } from './retry.ts';

export interface SynclineOptions extends Credentials {
  /** Where the API runs, such as `https://sync.example.com`. */
  baseUrl: string;
  /** Default: the global one. */
  fetch?: typeof fetch;
  retry?: Partial<RetryOptions>;
  /** `exact` (default): numbers of records that JavaScript would round are `ExactNumber`. `plain`: they are rounded. */
  numbers?: 'exact' | 'plain';
}

/** The generated client with our manners: credentials, retries, idempotency keys, typed errors. */
export function createHttp(options: SynclineOptions): Client {
  const tokens = tokenSource(options);
  const send = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init));
  const client = createClient({
    baseUrl: checked(options.baseUrl).replace(/\/+$/, ''),
    auth: () => tokens.current(),
    fetch: renewingFetch(retryingFetch(send, { ...defaultRetry, ...options.retry }), tokens),
    throwOnError: true,
  });
  client.interceptors.request.use((request) => {
    if (request.method === 'POST' && !request.headers.has('idempotency-key')) request.headers.set('idempotency-key', crypto.randomUUID());
    return request;
  });
  client.interceptors.error.use((error, response, request) => {
    if (response) return response.ok ? error : new ApiError(response.status, error);
    return request && !request.signal.aborted ? new ConnectionError(error, request.url) : error;
  });
  return client;
}

/** `localhost:4000` is a URL too, of a scheme that nobody can ask. A page may name a path of its own origin. */
function checked(baseUrl: string): string {
  if (!/^(https?:\/)?\//.test(baseUrl))
    throw new TypeError(`baseUrl begins with https:// (or http://): ${JSON.stringify(baseUrl)} does not.`);
  return baseUrl;
}
