import type { Call, Caller, Dialect, Route } from '../dialect.ts';
import { type Answer, type ApiRequest, jsonAnswer, tryParseJson } from '../http.ts';
import { isJsonObject } from '../json.ts';
import { createOAuthServer } from '../oauth/server.ts';
import { seedOf } from '../random.ts';
import { retryAfter } from '../retry-after.ts';
import type { Store } from '../store/store.ts';
import type { Entry } from '../store/types.ts';
import { type Account, type DialectData, isAccountName, type World } from '../world.ts';
import { invalid, OwnRefusal, refusal } from './errors.ts';
import { latestEvent, listBatch, listChangedIds, listChanges, listEvents, listKeys } from './feeds.ts';
import { listByCursor, listByOffset, listDeleted, listUnder } from './list.ts';
import { type OwnObject, ownModel, ownObjects } from './objects.ts';
import { cachedPage } from './page-cache.ts';
import { renderer } from './render.ts';

const accessTokenSeconds = 3600;
const scopes = ['crm.read', 'crm.write'];

export const ownData: DialectData = {
  model: (object, _account, seed) => ownModel(object, seed),
  defaultSize: (object) => ownObjects[object]?.defaultSize ?? 0,
  rotatesRefreshTokens: true,
  accessTokenSeconds,
};

/** Our own plain dialect, served as https://sandbox.test. */
export function createOwnDialect(world: World, seed: number): Dialect {
  const oauth = createOAuthServer({
    dialect: 'sandbox',
    title: 'Sandbox CRM',
    issuer: 'https://sandbox.test',
    world,
    paths: { authorize: '/oauth/authorize', token: '/oauth/token', revoke: '/oauth/revoke', userinfo: '/oauth/userinfo' },
    scopes: ['openid', 'offline_access', ...scopes],
    defaultScope: 'crm.read offline_access',
    proposedAccount: 'acme',
    sendsIssuer: true,
  });

  return {
    name: 'sandbox',
    prefix: '',
    data: ownData,
    oauth,
    isOAuth: (path) => path.startsWith('/oauth/') || path.startsWith('/interaction/') || path.startsWith('/.well-known/'),
    authenticate,
    route,
    unknownPath: ({ path }) => refusal(404, 'path_unknown', `There is no ${path} here.`),
    refuse,
    headers,
    identity: (id) => `"id":${JSON.stringify(id)}`,
  };

  async function authenticate(request: ApiRequest): Promise<Caller | Answer> {
    const name = await accountNamed(request.headers);
    if (typeof name === 'string') return { account: world.account('sandbox', name), scopes: null };
    if (name !== null) return { account: world.account('sandbox', name.account), scopes: name.scopes };
    return refusal(401, 'unauthorized', 'Log in with a bearer token, an API key (X-Api-Key) or Basic authentication.');
  }

  /** An access token names account and scopes; a key or a password, which may do everything, only the account. */
  async function accountNamed(headers: Record<string, string>): Promise<string | { account: string; scopes: ReadonlySet<string> } | null> {
    const authorization = headers.authorization ?? '';
    const key = headers['x-api-key'] ?? authorization.match(/^Bearer (key_.+)$/)?.[1];
    if (key !== undefined) return accountOrNull(key.match(/^key_(.+)$/)?.[1]);
    const basic = authorization.match(/^Basic (.+)$/)?.[1];
    if (basic !== undefined) {
      const [user, ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
      return password.join(':').startsWith('bad') ? null : accountOrNull(user);
    }
    const token = authorization.match(/^Bearer (.+)$/)?.[1];
    return token === undefined ? null : oauth.findAccessToken(token);
  }

  function route(request: ApiRequest): Route | null {
    if (request.path === '/crm/v1/account') return { object: null, hasPageToken: false, answer: ({ account }) => accountAnswer(account) };
    const below = request.path.match(/^\/crm\/v1\/([a-z_]+)\/([^/]+)\/([a-z_]+)$/);
    if (below) return routeBelow(below[1]!, decodeURIComponent(below[2]!), below[3]!, request);
    const [, object, rest] = request.path.match(/^\/crm\/v1\/([a-z_]+)(?:\/([^/]+))?$/) ?? [];
    const definition = object !== undefined && Object.hasOwn(ownObjects, object) ? ownObjects[object] : undefined;
    if (object === undefined || !definition || definition.parent !== undefined) return null;
    const hasPageToken = request.query.has('cursor') || request.query.has('page_token') || Number(request.query.get('page') ?? 1) > 1;
    return {
      object,
      hasPageToken,
      answer: (call) => answer(call, object, definition, rest === undefined ? null : decodeURIComponent(rest)),
    };
  }

  function routeBelow(parent: string, parentId: string, object: string, request: ApiRequest): Route | null {
    const definition = Object.hasOwn(ownObjects, object) ? ownObjects[object] : undefined;
    if (definition?.parent !== parent) return null;
    return {
      object,
      hasPageToken: request.query.has('cursor'),
      answer: (call) =>
        refusing(() => {
          if (call.request.method !== 'GET') throw new OwnRefusal(405, 'method_unknown', `${call.request.method} is not possible here.`);
          requireScope(call, 'crm.read');
          existing(call.account.store(parent)!, parent, parentId);
          const store = call.account.store(object)!;
          return listUnder(call, object, parentId, store, renderer(object, definition, store, seedFor(call, object)));
        }),
    };
  }

  function seedFor({ account }: Call, object: string): number {
    return seedOf(String(seed), 'sandbox', account.name, object);
  }

  function answer(call: Call, name: string, object: OwnObject, rest: string | null): Answer {
    const store = call.account.store(name)!;
    const render = renderer(name, object, store, seedFor(call, name));
    const listed = () => {
      // A page that a fault touches is rendered anew, so that the fault finds its records.
      const bytesMax = call.isFaulted ? 0 : call.account.settings.pageCacheBytesMax;
      return cachedPage(store, call.request.search, bytesMax, () => listByCursor(call, name, object, store, render));
    };
    const single = (status: number, entry: Entry): Answer => ({ status, body: Buffer.from(render(entry), 'latin1') });
    return refusing(() => {
      const { method } = call.request;
      requireScope(call, method === 'GET' ? 'crm.read' : 'crm.write');
      if (method === 'GET' && rest === null) return object.paging === 'offset' ? listByOffset(call, store, render) : listed();
      if (method === 'GET' && rest === 'deleted' && object.hasDeletedFeed) return listDeleted(call, name, store);
      if (method === 'GET' && rest === 'keys' && object.hasKeys) return listKeys(call, name, store);
      if (method === 'GET' && rest === 'changes' && object.changeFeed === 'tokens') return listChanges(call, store, render);
      if (method === 'GET' && rest === 'changed_ids' && object.changeFeed === 'ids') return listChangedIds(call, store);
      if (method === 'GET' && rest === 'batch' && object.changeFeed === 'ids') return listBatch(call, store, render);
      if (method === 'GET' && rest === 'events' && object.changeFeed === 'events') return listEvents(call, name, store, render);
      if (method === 'GET' && rest === 'latest_event' && object.changeFeed === 'events') return latestEvent(call, store);
      if (method === 'GET' && rest !== null) return single(200, existing(store, name, rest));
      if (method === 'POST' && rest === null) return single(201, store.create(bodyOf(call), writeOptions(call)));
      if (method === 'PATCH' && rest !== null) {
        existing(store, name, rest);
        return single(200, store.update(rest, bodyOf(call), writeOptions(call))!);
      }
      if (method === 'DELETE' && rest !== null) {
        existing(store, name, rest);
        store.delete(rest, writeOptions(call));
        return { status: 204, body: null };
      }
      throw new OwnRefusal(405, 'method_unknown', `${method} is not possible here.`);
    });
  }
}

function refusing(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof OwnRefusal) return refusal(error.status, error.code, error.message);
    throw error;
  }
}

function requireScope({ scopes: granted }: Call, scope: string): void {
  if (granted !== null && !granted.has(scope)) throw new OwnRefusal(403, 'scope_missing', `This needs the scope ${scope}.`);
}

function existing(store: Store, name: string, id: string) {
  const entry = store.get(id);
  if (entry === null || (typeof entry !== 'number' && entry.deletedAt !== null))
    throw new OwnRefusal(404, 'not_found', `There is no ${name} ${id}.`);
  return entry;
}

function bodyOf({ request }: Call) {
  const body = tryParseJson(request.body);
  if (!isJsonObject(body)) throw invalid('The body must be a JSON object.');
  return body;
}

function writeOptions({ account }: Call) {
  return { now: account.now(), lagMs: account.settings.visibilityLagMs };
}

function accountAnswer(account: Account): Answer {
  return jsonAnswer(200, { id: account.name, name: `${account.name} (sandbox)` });
}

function accountOrNull(name: string | undefined): string | null {
  return name !== undefined && isAccountName(name) && !name.startsWith('bad') ? name : null;
}

function refuse(fault: Parameters<Dialect['refuse']>[0], account: Account): Answer {
  switch (fault.kind) {
    case 'rate_limited':
      return refusal(429, 'rate_limited', 'Too many requests.', retryAfter(fault, account));
    case 'unauthorized':
      return refusal(401, 'unauthorized', 'The access token is no longer valid.');
    case 'forbidden':
      return refusal(403, 'forbidden', 'This account may not read this.');
    case 'server_error':
      return refusal(fault.status ?? 500, 'server_error', 'Something went wrong on our side.');
    case 'page_expired':
      return refusal(410, 'cursor_expired', 'This cursor has expired: start again.');
  }
}

const requestsPerWindow = 10_000;

function headers({ settings, window }: Account): Record<string, string> {
  const limit = settings.rateLimit ?? { requests: requestsPerWindow, windowSeconds: 10 };
  const reset = Math.max(0, Math.ceil((window.startedAt + limit.windowSeconds * 1000 - Date.now()) / 1000));
  return {
    'x-ratelimit-limit': String(limit.requests),
    'x-ratelimit-remaining': String(Math.max(0, limit.requests - window.used)),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-window': String(limit.windowSeconds),
  };
}
