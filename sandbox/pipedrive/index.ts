import type { Call, Caller, Dialect, Route } from '../dialect.ts';
import type { Answer, ApiRequest } from '../http.ts';
import { createOAuthServer } from '../oauth/server.ts';
import type { Account, DialectData, World } from '../world.ts';
import { companyDomain, currentUser, tokenAnswer } from './account.ts';
import { notAuthorised, PipedriveRefusal, scopeMissing, unknownPath } from './errors.ts';
import { listFields } from './fields.ts';
import { getRecord, listRecords } from './list.ts';
import { load } from './load.ts';
import { type PipedriveObject, pipedriveModel, pipedriveObjects } from './objects.ts';
import { refuse } from './refusals.ts';
import { getV1, listV1 } from './v1.ts';
import { type V1Object, v1Model, v1Objects } from './v1-objects.ts';

const accessTokenSeconds = 3599;

export const pipedriveData: DialectData = {
  model: (name, account, seed) => {
    const [object, v1] = [objectNamed(name), v1Named(name)];
    return object ? pipedriveModel(object, seed) : v1 ? v1Model(v1, account, seed) : null;
  },
  defaultSize: (name) => (objectNamed(name) ?? v1Named(name))?.defaultSize ?? 0,
  rotatesRefreshTokens: false,
  accessTokenSeconds,
};

const scopeNames = ['contacts', 'deals', 'activities', 'products', 'leads', 'users'] as const;
/** The registration of the app, which the authorize URL cannot change. */
const registered = ['base', ...scopeNames.map((name) => `${name}:read`)];
const scopes = [...registered, ...scopeNames.map((name) => `${name}:full`)];

/** Pipedrive: API v2 lists and gets, the user of v1, OAuth. https://developers.pipedrive.com/docs/api/v1 */
export function createPipedriveDialect(world: World): Dialect {
  const oauth = createOAuthServer({
    dialect: 'pipedrive',
    title: 'Pipedrive (simulated)',
    issuer: 'https://oauth.pipedrive.com',
    world,
    paths: { authorize: '/oauth/authorize', token: '/oauth/token', revoke: '/oauth/revoke', userinfo: '/oauth/userinfo' },
    scopes,
    defaultScope: registered.join(' '),
    proposedAccount: 'acme',
    sendsIssuer: false,
    tokenAnswer,
  });

  return {
    name: 'pipedrive',
    prefix: '/pipedrive',
    data: pipedriveData,
    oauth,
    isOAuth: (path) => path.startsWith('/oauth/') || path.startsWith('/interaction/'),
    authenticate,
    route,
    unknownPath,
    refuse,
    headers,
    load,
    identity: (id) => `"id":${JSON.stringify(id)}`,
  };

  async function authenticate({ headers: sent }: ApiRequest): Promise<Caller | Answer> {
    const token = sent.authorization?.match(/^Bearer (.+)$/)?.[1];
    const found = token === undefined ? null : await oauth.findAccessToken(token);
    if (!found) return notAuthorised();
    // A token is good at its own company's host, and at the one that all share.
    const company = sent['x-original-host']?.match(/^(.+)\.pipedrive\.com$/)?.[1];
    if (company !== undefined && company !== 'api' && company !== companyDomain(found.account)) return notAuthorised();
    return { account: world.account('pipedrive', found.account), scopes: found.scopes };
  }

  function route(request: ApiRequest): Route | null {
    const { method, path, query } = request;
    if (method !== 'GET') return null;
    // Both are taken in v1, /api/v2/ only in v2.
    if (/^(\/api)?\/v1\/users\/me$/.test(path)) return { object: null, hasPageToken: false, answer: ({ account }) => currentUser(account) };
    const [, old = '', place] = path.match(/^(?:\/api)?\/v1\/([a-z]+)(?:\/([0-9a-f-]+|archived))?$/) ?? [];
    const v1 = v1Named(old);
    if (v1 && (place !== 'archived' || v1.name === 'leads')) {
      const isList = place === undefined || place === 'archived';
      const answer = (call: Call) => {
        const store = call.account.store(v1.name)!;
        return isList ? listV1(call, v1, store, place === 'archived') : getV1(v1, store, place);
      };
      const hasPageToken = Number(query.get('start') ?? 0) > 0;
      return { object: v1.name, hasPageToken, answer: guarded(v1.scopes, answer) };
    }
    const described = objectOf(path.match(/^\/api\/v2\/(deal|person|organization|activity|product)Fields$/)?.[1] ?? '');
    if (described) {
      const answer = (call: Call) => listFields(call, call.account.store(described.name)!);
      return { object: null, hasPageToken: query.has('cursor'), answer: guarded([described.scope], answer) };
    }
    const [, name = '', rest] = path.match(/^\/api\/v2\/([a-z]+)(?:\/(\d+|archived))?$/) ?? [];
    const object = objectNamed(name);
    if (!object || (rest === 'archived' && object.name !== 'deals')) return null;
    const answer = (call: Call) => {
      const store = call.account.store(object.name)!;
      return rest === undefined || rest === 'archived'
        ? listRecords(call, object, store, rest === 'archived')
        : getRecord(call, object, store, rest);
    };
    return { object: object.name, hasPageToken: query.has('cursor'), answer: guarded([object.scope], answer) };
  }
}

function objectNamed(name: string): PipedriveObject | undefined {
  return Object.hasOwn(pipedriveObjects, name) ? pipedriveObjects[name] : undefined;
}

/** One by what a single record is called: `deal`. */
function objectOf(one: string): PipedriveObject | undefined {
  return Object.values(pipedriveObjects).find(({ label }) => label.toLowerCase() === one);
}

function v1Named(name: string): V1Object | undefined {
  return Object.hasOwn(v1Objects, name) ? v1Objects[name] : undefined;
}

/** One of the scopes is enough. */
function guarded(wanted: string[], answer: (call: Call) => Answer): (call: Call) => Answer {
  return (call) => {
    const { scopes: granted } = call;
    if (granted !== null && !wanted.some((scope) => granted.has(`${scope}:read`) || granted.has(`${scope}:full`))) return scopeMissing();
    try {
      return answer(call);
    } catch (error) {
      if (error instanceof PipedriveRefusal) return error.answer;
      throw error;
    }
  };
}

const requestsPerWindow = 80;
const windowSeconds = 2;

/** As recorded: the window of the burst limit. */
function headers({ settings, window }: Account): Record<string, string> {
  const limit = settings.rateLimit ?? { requests: requestsPerWindow, windowSeconds };
  return {
    'x-ratelimit-limit': String(limit.requests),
    'x-ratelimit-remaining': String(Math.max(0, limit.requests - window.used)),
    'x-ratelimit-reset': String(limit.windowSeconds),
    'content-type': 'application/json; charset=utf-8',
  };
}
