import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dialect } from './dialect.ts';
import type { Fault } from './faults.ts';
import { bytesOf, dateOf, jsonAnswer, logOf, readBody, send } from './http.ts';
import { rereadable } from './oauth/rereadable.ts';
import type { World } from './world.ts';

/** A request to the OAuth server; those for tokens can suffer faults, and are written down. */
export async function serveOAuth(
  world: World,
  dialect: Dialect,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const endpoint = /token$/.test(path) ? 'token' : /revoke$/.test(path) ? 'revoke' : null;
  if (endpoint === null || request.method !== 'POST') return dialect.oauth.handle(request, response);

  const startedAt = Date.now();
  const body = await readBody(request);
  const name = await dialect.oauth.accountOf(body, request.headers as Record<string, string>);
  const account = name === null ? null : world.account(dialect.name, name);
  if (endpoint === 'token' && account && body.includes('grant_type=refresh_token')) account.tokens.refreshAttempts++;
  const faults = world.faults.take({
    dialect: dialect.name,
    account: name ?? '',
    endpoint,
    object: null,
    method: 'POST',
    path,
    hasPageToken: false,
  });
  response.once('close', () => {
    const bytes = Number(response.getHeader('content-length') ?? 0);
    account?.record({ ...logOf(startedAt, faults), method: 'POST', path, query: '', status: response.statusCode, bytes });
  });
  if (account) Object.assign(response, { sendDate: false }).setHeader('date', dateOf(account));
  for (const fault of faults) {
    if (fault.kind === 'slow' && fault.at !== 'after') await sleep(fault.delayMs);
    if (fault.kind === 'cut' && fault.at !== 'processed') return void request.socket.destroy();
    if (fault.kind === 'server_error') return send(response, { ...plain(fault.status ?? 503), body: Buffer.from('Service Unavailable') });
    if (fault.kind === 'rate_limited') return send(response, { ...plain(429), body: Buffer.from('Too Many Requests') });
    if (fault.kind === 'token_error') return refuseToken(response, fault.error);
    if (fault.kind === 'slow' || fault.kind === 'cut') delayEnd(request, response, fault);
  }
  await dialect.oauth.handle(rereadable(request, body), response);
  if (endpoint === 'revoke' && account && response.statusCode === 200) account.tokens.revoked++;
}

function plain(status: number) {
  return { status, headers: { 'content-type': 'text/plain' } };
}

function refuseToken(response: ServerResponse, error: string): void {
  const { status, body } = jsonAnswer(error === 'invalid_client' ? 401 : 400, { error, error_description: 'refused on command' });
  send(response, { status, headers: { 'content-type': 'application/json' }, body: bytesOf(body) });
}

/** The request takes effect, and its answer comes late or never. */
function delayEnd(request: IncomingMessage, response: ServerResponse, fault: Extract<Fault, { kind: 'slow' | 'cut' }>): void {
  const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse;
  response.end = ((...parts: unknown[]) => {
    if (fault.kind === 'cut') request.socket.destroy();
    else setTimeout(() => end(...parts), fault.delayMs);
    return response;
  }) as typeof response.end;
}
