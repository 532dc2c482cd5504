import { createHash, randomBytes } from 'node:crypto';
import { localUrl, type RunningSandbox } from '../support/sandbox.ts';

export type Dialect = 'sandbox' | 'hubspot' | 'salesforce' | 'pipedrive' | 'stripe';

/** What a client has to know about each dialect: real URLs, as a provider declares them. */
export const dialects = {
  sandbox: {
    authorize: 'https://sandbox.test/oauth/authorize',
    token: 'https://sandbox.test/oauth/token',
    scope: 'crm.read crm.write offline_access',
  },
  hubspot: {
    authorize: 'https://app.hubspot.com/oauth/authorize',
    token: 'https://api.hubapi.com/oauth/2026-03/token',
    scope: 'oauth crm.objects.contacts.read crm.objects.companies.read crm.objects.deals.read crm.objects.owners.read',
  },
  salesforce: {
    authorize: 'https://login.salesforce.com/services/oauth2/authorize',
    token: 'https://login.salesforce.com/services/oauth2/token',
    scope: 'api refresh_token',
  },
  pipedrive: {
    authorize: 'https://oauth.pipedrive.com/oauth/authorize',
    token: 'https://oauth.pipedrive.com/oauth/token',
    scope: 'base contacts:read deals:read activities:read products:read leads:read users:read',
  },
  stripe: { authorize: 'https://connect.stripe.com/oauth/authorize', token: 'https://connect.stripe.com/oauth/token', scope: 'read_write' },
} as const;

export const redirectUri = 'http://127.0.0.1:9/callback';
export const client = { client_id: 'sandbox-client', client_secret: 'sandbox-secret' };

export interface Tokens {
  access_token: string;
  refresh_token: string;
  [key: string]: unknown;
}

interface Login {
  dialect: Dialect;
  account: string;
  decision?: 'allow' | 'deny';
  scope?: string;
  client?: { client_id: string; client_secret: string };
}

/** Goes through the real authorization-code flow, with PKCE. */
export async function logIn(sandbox: RunningSandbox, { dialect, account, decision, scope, client: as = client }: Login) {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(dialects[dialect].authorize);
  url.search = new URLSearchParams({
    client_id: as.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    state: 'state-1',
    scope: scope ?? dialects[dialect].scope,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const callback = new URL(await sandbox.authorize({ url: url.href, account, redirectUri, ...(decision ? { decision } : {}) }));
  const code = callback.searchParams.get('code') ?? '';
  const exchange = (more: Record<string, string> = {}) =>
    requestToken(sandbox, dialect, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...as,
      ...more,
    });
  return { callback, exchange };
}

export async function requestToken(sandbox: RunningSandbox, dialect: Dialect, form: Record<string, string>) {
  const response = await fetch(localUrl(dialects[dialect].token, sandbox.originOverrides), {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  const body = (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : { text }) as Tokens;
  return { status: response.status, headers: response.headers, body };
}

export const refresh = (sandbox: RunningSandbox, dialect: Dialect, refreshToken: string) =>
  requestToken(sandbox, dialect, { grant_type: 'refresh_token', refresh_token: refreshToken, ...client });

export async function tokensFor(sandbox: RunningSandbox, dialect: Dialect, account: string, scope?: string): Promise<Tokens> {
  const { exchange } = await logIn(sandbox, { dialect, account, ...(scope ? { scope } : {}) });
  return (await exchange()).body;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
}

/** Asks a real URL with a bearer token; the sandbox answers. */
export function caller(sandbox: RunningSandbox, token: string | null) {
  return async (url: string, init: { method?: string; json?: unknown; headers?: Record<string, string> } = {}): Promise<Answer> => {
    const headers: Record<string, string> = { 'x-original-host': new URL(url).host, ...init.headers };
    if (token !== null) headers.authorization = `Bearer ${token}`;
    const body = init.json === undefined ? {} : { body: JSON.stringify(init.json) };
    if (init.json !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(localUrl(url, sandbox.originOverrides), { method: init.method ?? 'GET', headers, ...body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** All pages of a list of our own dialect, by cursor. */
export async function readAll(call: ReturnType<typeof caller>, path: string, limit = 25): Promise<Record<string, unknown>[]> {
  const records: Record<string, unknown>[] = [];
  const separator = path.includes('?') ? '&' : '?';
  let url = `https://sandbox.test${path}${separator}limit=${limit}`;
  for (let page = 0; page < 200; page++) {
    const { status, body, text } = await call(url);
    if (status !== 200) throw new Error(`${status}: ${text}`);
    records.push(...body.data);
    if (!body.has_more) return records;
    url = `https://sandbox.test${path.split('?')[0]}?cursor=${body.next_cursor}&limit=${limit}`;
  }
  throw new Error('The list has no end.');
}
