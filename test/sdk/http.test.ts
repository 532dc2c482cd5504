import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiError, ConnectionError, createSyncline } from '../../sdk/src/index.ts';
import { freePort } from '../support/free-port.ts';

/** A server that fails on command: the API itself cannot be made to. */
let server: Server;
let url: string;
let seen: { method: string; key: string | undefined; authorization: string | undefined }[];
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[];
beforeEach(async () => {
  seen = [];
  answers = [];
  server = createServer((request, response) => {
    request.resume();
    const { method = '', headers } = request;
    seen.push({ method, key: headers['idempotency-key'] as string | undefined, authorization: headers.authorization });
    const answer = answers.shift() ?? ok;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ok = (_: IncomingMessage, response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"acme"}');
const cut = (request: IncomingMessage) => request.socket.destroy();
const refuse =
  (status: number, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify({ type: 'x', title: 'x', status, code: 'internal', detail: 'Later.', request_id: 'req_1' }));
const retry = { firstWaitSeconds: 0.01 };
const make = (options: Record<string, unknown> = {}) => createSyncline({ baseUrl: url, apiKey: 'sk_x', retry, ...options });

describe('retries', () => {
  test.each([
    ['a cut connection', cut],
    ['429', refuse(429)],
    ['500', refuse(500)],
    ['502', refuse(502)],
    ['503', refuse(503)],
    ['409 of a request in progress', refuse(409, { 'retry-after': '0' })],
  ])('%s is tried again, a POST with the same idempotency key', async (_what, failure) => {
    answers = [failure, failure];
    expect(await make().syncs.trigger('sync_1')).toEqual({ id: 'acme' });
    expect(seen).toHaveLength(3);
    expect(seen[0]!.key).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(seen.map(({ key }) => key)).size).toBe(1);
  });

  test('two calls never share a key', async () => {
    await make().syncs.trigger('sync_1');
    await make().syncs.trigger('sync_1');
    expect(new Set(seen.map(({ key }) => key)).size).toBe(2);
  });

  test.each([400, 401, 403, 404, 409, 410, 422])('%i is an answer, not a failure: asked once', async (status) => {
    answers = [refuse(status)];
    await expect(make().customers.get('acme')).rejects.toMatchObject({ name: 'ApiError', status });
    expect(seen).toHaveLength(1);
  });

  test('end after a bounded number, with the last answer', async () => {
    answers = Array.from({ length: 20 }, () => refuse(503));
    await expect(make().customers.get('acme')).rejects.toMatchObject({
      status: 503,
      code: 'internal',
      requestId: 'req_1',
      detail: 'Later.',
    });
    expect(seen).toHaveLength(4);
    answers = Array.from({ length: 20 }, () => cut);
    await expect(make().customers.get('acme')).rejects.toBeInstanceOf(ConnectionError);
    expect(seen).toHaveLength(8);
    const baseUrl = `http://127.0.0.1:${await freePort()}`;
    await expect(make({ baseUrl }).customers.get('acme')).rejects.toThrow(`No answer came from ${baseUrl}: connect ECONNREFUSED`);
  });

  test('Retry-After is waited for, in seconds and as a date; too long a wait is not', async () => {
    answers = [refuse(429, { 'retry-after': '1' })];
    const begun = performance.now();
    await make().customers.get('acme');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
    for (const header of ['3600', new Date(Date.now() + 3600_000).toUTCString()]) {
      answers = [refuse(429, { 'retry-after': header })];
      await expect(make().customers.get('acme')).rejects.toMatchObject({ status: 429 });
    }
    answers = [refuse(503, { 'retry-after': new Date(Date.now() - 5000).toUTCString() })];
    await make().customers.get('acme');
  });

  test('end when the caller gives up', async () => {
    answers = Array.from({ length: 20 }, () => refuse(503));
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('enough')), 30);
    const changes = make({ retry: { firstWaitSeconds: 5 } }).records.changes('a', 'b', { signal: abort.signal });
    await expect(changes.next()).rejects.toThrow('enough');
    expect(seen).toHaveLength(1);
  });
});

describe('errors', () => {
  test('a proxy’s page is an ApiError without a code', async () => {
    answers = [(_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>nginx</h1>')];
    const error = await make()
      .customers.get('acme')
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, code: null, requestId: null, errors: [] });
  });
});

test('the README names every group with its methods', () => {
  const rows = Object.entries(make()).filter(([group]) => group !== 'client');
  const readme = readFileSync(new URL('../../sdk/README.md', import.meta.url), 'utf8').replaceAll(' (operator key)', '');
  const lines = rows.map(([group, methods]) => [group, ...Object.keys(methods)].map((name) => `\`${name}\``));
  expect(readme).toContain(lines.map(([group, ...methods]) => `| ${group} | ${methods.join(' ')} |`).join('\n'));
});

describe('credentials', () => {
  test('an address without its scheme is refused with a sentence', () => {
    expect(() => createSyncline({ baseUrl: 'localhost:4000', apiKey: 'sk_test' })).toThrow('baseUrl begins with https://');
  });

  test('exactly one of the two', () => {
    expect(() => createSyncline({ baseUrl: url })).toThrow(/either/);
    expect(() => createSyncline({ baseUrl: url, apiKey: 'a', customerToken: 'b' })).toThrow(/either/);
  });

  test('an API key is refused in a browser, a customer token is not', () => {
    const scope = globalThis as Record<string, unknown>;
    scope.window = {};
    scope.document = {};
    try {
      expect(() => make()).toThrow(/browser/);
      expect(() => createSyncline({ baseUrl: url, customerToken: 'token' })).not.toThrow();
    } finally {
      delete scope.window;
      delete scope.document;
    }
  });

  test('a token that has ended is asked for again, once', async () => {
    let number = 0;
    const syncline = createSyncline({ baseUrl: url, customerToken: async () => `token${++number}`, retry });
    await syncline.syncs.list();
    await syncline.syncs.list();
    answers = [refuse(401)];
    await syncline.syncs.list();
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer token1', 'Bearer token1', 'Bearer token1', 'Bearer token2']);
    answers = [refuse(401), refuse(401)];
    await expect(syncline.syncs.list()).rejects.toMatchObject({ status: 401 });
    expect(seen).toHaveLength(6);
  });
});

describe('lists', () => {
  test('a server that does not move on ends the iteration with an error', async () => {
    const stuck = (_: IncomingMessage, response: ServerResponse) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[1],"next_cursor":"same","has_more":true}');
    answers = [stuck, stuck, stuck];
    const all = async () => {
      for await (const _ of make().customers.list());
    };
    await expect(all()).rejects.toThrow(/does not move on/);
    expect(seen.length).toBeLessThanOrEqual(2);
  });
});
