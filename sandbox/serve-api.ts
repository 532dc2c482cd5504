import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, type Dialect, isAnswer } from './dialect.ts';
import { type Fault, malformedRecord } from './faults.ts';
import { type Answer, type ApiRequest, bytesOf, dateOf, isListBody, logOf, send } from './http.ts';
import { countRequest } from './limits.ts';
import { mutate } from './mutate.ts';
import type { Account, World } from './world.ts';

/** A request to the API: who asks, which faults, the dialect's answer, what becomes of it. */
export async function serveApi(
  world: World,
  dialect: Dialect,
  request: IncomingMessage,
  response: ServerResponse,
  api: ApiRequest,
): Promise<void> {
  const startedAt = Date.now();
  const route = dialect.route(api);
  if (route === null) return send(response, finish(dialect.unknownPath(api), new Date().toUTCString()));
  const caller = await dialect.authenticate(api);
  if (isAnswer(caller)) return send(response, finish(caller, new Date().toUTCString()));

  const { account, scopes } = caller;
  const { object, hasPageToken } = route;
  const faults = world.faults.take({
    dialect: dialect.name,
    account: account.name,
    endpoint: 'api',
    object,
    method: api.method,
    path: api.path,
    hasPageToken,
  });
  const call: Call = {
    request: api,
    account,
    scopes,
    isEmptied: faults.some(({ kind }) => kind === 'empty'),
    isOverlapping: faults.some(({ kind }) => kind === 'overlapping'),
    isFaulted: faults.length > 0,
  };
  for (const fault of faults) if (fault.kind === 'slow' && fault.at !== 'after') await sleep(fault.delayMs);
  let answer = refusalOf(dialect, account, faults, route.category ?? 'read');
  if (!answer && !faults.some((fault) => fault.kind === 'cut' && (fault.at ?? 'start') === 'start')) answer = await route.answer(call);
  for (const fault of faults) {
    if (fault.kind === 'slow' && fault.at === 'after') await sleep(fault.delayMs);
    if (fault.kind === 'malformed' && answer) answer = withMalformed(dialect, answer, fault);
    if (fault.kind === 'not_json')
      answer = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Maintenance</body></html>' };
  }

  const finished = finish(answer ?? { status: 0, body: null }, dateOf(account), dialect.headers(account, api));
  const cut = faults.find((fault) => fault.kind === 'cut');
  account.record({
    ...logOf(startedAt, faults),
    method: api.method,
    path: api.path,
    query: api.search,
    status: cut ? 0 : finished.status,
    bytes: finished.body.length,
  });
  if (cut) cutConnection(request, response, finished, cut.at === 'half');
  else send(response, finished);
  for (const fault of faults) if (fault.kind === 'mutate') mutate(account, fault.operations);
}

function refusalOf(dialect: Dialect, account: Account, faults: Fault[], category: string): Answer | null {
  for (const fault of faults) {
    switch (fault.kind) {
      case 'rate_limited':
      case 'unauthorized':
      case 'forbidden':
      case 'server_error':
      case 'page_expired':
        return dialect.refuse(fault, account);
    }
  }
  const over = countRequest(account, category);
  return over && dialect.refuse({ kind: 'rate_limited', limit: over.kind, retryAfterSeconds: over.seconds }, account);
}

function finish(answer: Answer, date: string, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/json;charset=utf-8' };
  return { status: answer.status, headers: { date, ...type, ...headers, ...answer.headers }, body: bytesOf(answer.body) };
}

function withMalformed(dialect: Dialect, answer: Answer, fault: Extract<Fault, { kind: 'malformed' }>): Answer {
  if (!isListBody(answer.body)) return answer;
  const id = fault.record === 'null_id' ? 'null' : `malformed-${fault.record.replaceAll('_', '-')}`;
  return { ...answer, body: { ...answer.body, records: [...answer.body.records, malformedRecord(fault.record, dialect.identity(id))] } };
}

function cutConnection(
  request: IncomingMessage,
  response: ServerResponse,
  answer: { status: number; headers: Record<string, string>; body: Buffer },
  isHalf: boolean,
): void {
  if (!isHalf) return void request.socket.destroy();
  response.sendDate = false;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
  response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => request.socket.destroy());
}
