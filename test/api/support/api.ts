import { serve } from '@hono/node-server';
import type { AppCtx } from '../../../src/api/context.ts';
import { createApi } from '../../../src/api/index.ts';
import { newToken } from '../../../src/base/ids.ts';
import { Secret } from '../../../src/base/secret.ts';
import { createVault } from '../../../src/connect/vault.ts';
import { createDb, type Db } from '../../../src/db/index.ts';
import { authenticate, createTokenKeys, isOriginAllowed } from '../../../src/tenancy/index.ts';
import { createTestDatabase } from '../../support/database.ts';
import { checkAnswer } from '../../support/openapi.ts';

export interface TestApi {
  url: string;
  db: Db;
  operatorKey: string;
  /** Log lines, as objects. */
  lines: { level: string; line: Record<string, unknown> }[];
  clock: { now(): Date; move(milliseconds: number): void };
  close(): Promise<void>;
}

/** The API alone, over real HTTP and a database of its own: no providers, no hub. */
export async function startApi(): Promise<TestApi> {
  const database = await createTestDatabase();
  const lines: TestApi['lines'] = [];
  const log = recordingLogger(lines);
  const db = createDb({ url: database.url, poolMax: 4, log });
  let offset = 0;
  const clock = {
    now: () => new Date(Date.now() + offset),
    move(milliseconds: number) {
      offset += milliseconds;
    },
  };
  const encryptionKeys = [{ id: 'k1', key: Buffer.alloc(32, 7) }];
  const operatorKey = `op_${newToken()}`;
  const tokenKeys = createTokenKeys(encryptionKeys);
  const vault = createVault({ keys: encryptionKeys });
  const app = createApi({
    contextFor: (actor, requestId) =>
      ({
        db,
        clock,
        log,
        actor,
        requestId,
        tokenKeys,
        vault,
        disconnectCustomer: async () => undefined,
        revokeCustomerAccess: async () => undefined,
      }) as unknown as AppCtx,
    authenticate: (header) => authenticate({ db, clock, tokenKeys, operatorKey: new Secret(operatorKey) }, header),
    isOriginAllowed: (origin, actor) => isOriginAllowed({ db }, origin, actor),
    isReady: async () => true,
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    receiveHook: async () => undefined,
    pages: null,
    clock,
    log,
    publicUrl: 'http://localhost',
  });
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(started));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    db,
    operatorKey,
    lines,
    clock,
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await db.close();
      await database.drop();
    },
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape the document has already checked
  body: any;
}

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** Calls with a key; every answer is held against openapi.json. */
export function callerOf(api: Pick<TestApi, 'url'>, key: string | null): Call {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(api.url + path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? '' : JSON.parse(text);
    const { status } = response;
    checkAnswer({ method, path, status, contentType: response.headers.get('content-type') ?? '', body: parsed });
    return { status, headers: response.headers, body: parsed };
  };
}

/** A fresh application and a caller with its first key. */
export async function newApplication(api: TestApi, input: Record<string, unknown> = {}): Promise<{ id: string; key: string; call: Call }> {
  const { status, body } = await callerOf(api, api.operatorKey)('POST', '/v1/applications', { name: 'A vendor', ...input });
  if (status !== 201) throw new Error(`createApplication answered ${status}: ${JSON.stringify(body)}`);
  return { id: body.application.id, key: body.api_key.key, call: callerOf(api, body.api_key.key) };
}

/** For an API that is never asked for these. */
export const unusedDeps = {
  isOriginAllowed: async () => false,
  isReady: async () => true,
  metrics: async () => ({ contentType: 'text/plain', text: '' }),
  receiveHook: async () => undefined,
  pages: null,
  clock: { now: () => new Date() },
  log: recordingLogger([]),
  publicUrl: 'http://localhost',
};

function recordingLogger(lines: TestApi['lines']) {
  const at = (level: string) => (line: unknown) => void lines.push({ level, line: line as Record<string, unknown> });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return log;
}
