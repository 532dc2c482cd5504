import type { Call, Caller, Dialect, Route } from '../dialect.ts';
import type { Answer, ApiRequest } from '../http.ts';
import { createOAuthServer } from '../oauth/server.ts';
import { type DialectData, isAccountName, type World } from '../world.ts';
import { accountDetails, tokenAnswer } from './account.ts';
import { keyInvalid, keyMissing, permissionMissing, StripeRefusal, stripeError, unknownPath } from './errors.ts';
import { accountVersion, noteEvent } from './events.ts';
import { getRecord, listEvents, listRecords } from './list.ts';
import { load } from './load.ts';
import { type StripeObject, stripeModel, stripeObjects } from './objects.ts';
import { refuse } from './refusals.ts';

/** Tokens of connected accounts do not expire; the simulated ones live for a year. */
const accessTokenSeconds = 365 * 24 * 3600;

export const stripeData: DialectData = {
  model: (name, _account, seed) => {
    const object = objectNamed(name);
    return object ? stripeModel(object, seed) : null;
  },
  defaultSize: (name) => objectNamed(name)?.defaultSize ?? 0,
  rotatesRefreshTokens: false,
  accessTokenSeconds,
  onWrite: noteEvent,
};

/** Stripe: lists, gets, the feed of events, OAuth of Connect, restricted keys. https://docs.stripe.com/api */
export function createStripeDialect(world: World): Dialect {
  const oauth = createOAuthServer({
    dialect: 'stripe',
    title: 'Stripe (simulated)',
    issuer: 'https://connect.stripe.com',
    world,
    paths: { authorize: '/oauth/authorize', token: '/oauth/token', revoke: '/oauth/revoke', userinfo: '/oauth/userinfo' },
    scopes: ['read_write', 'read_only'],
    defaultScope: 'read_only',
    proposedAccount: 'acme',
    sendsIssuer: false,
    tokenAnswer,
  });

  return {
    name: 'stripe',
    prefix: '/stripe',
    data: stripeData,
    oauth,
    isOAuth: (path) => path.startsWith('/oauth/') || path.startsWith('/interaction/'),
    authenticate,
    route,
    unknownPath: ({ method, path }) => unknownPath(method, path),
    refuse,
    headers: (_account, { headers: sent }) => ({
      'content-type': 'application/json',
      'request-id': 'req_simulated',
      'stripe-version': sent['stripe-version'] ?? accountVersion,
    }),
    load,
    identity: (id) => `"id":${JSON.stringify(id)}`,
  };

  /** `rk_test_<account>` and `sk_test_<account>`, as Bearer or as the user of Basic; `rk_test_none_<account>` may read nothing. */
  async function authenticate({ headers: sent }: ApiRequest): Promise<Caller | Answer> {
    const key = keyIn(sent.authorization ?? '');
    if (key === null) return keyMissing();
    const found = await oauth.findAccessToken(key);
    if (found) return { account: world.account('stripe', found.account), scopes: found.scopes };
    const [, none, name = ''] = key.match(/^[rs]k_test_(none_)?(.+)$/) ?? [];
    if (!isAccountName(name)) return keyInvalid(key);
    return { account: world.account('stripe', name), scopes: none === undefined ? null : new Set() };
  }

  function route({ method, path, query }: ApiRequest): Route | null {
    if (method !== 'GET') return null;
    const hasPageToken = query.has('starting_after') || query.has('ending_before');
    if (path === '/v1/account')
      return { object: null, hasPageToken: false, answer: guarded(null, ({ account }) => accountDetails(account)) };
    if (path === '/v1/events') return { object: 'events', hasPageToken, answer: guarded('rak_event_read', listEvents) };
    const [, name = '', id] = path.match(/^\/v1\/([a-z]+)(?:\/(\w+))?$/) ?? [];
    const object = objectNamed(name);
    if (!object) return null;
    const answer = (call: Call) => {
      const store = call.account.store(object.name)!;
      return id === undefined ? listRecords(call, object, store) : getRecord(call, object, store, id);
    };
    return { object: object.name, hasPageToken, answer: guarded(object.permission, answer) };
  }
}

function objectNamed(name: string): StripeObject | undefined {
  return Object.hasOwn(stripeObjects, name) ? stripeObjects[name] : undefined;
}

function keyIn(authorization: string): string | null {
  const [, scheme = '', value = ''] = authorization.match(/^(Bearer|Basic) (.+)$/i) ?? [];
  if (value === '') return null;
  return scheme.toLowerCase() === 'bearer' ? value : (Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0] ?? null);
}

/** Dates with a name from 2024-09 on: https://docs.stripe.com/api/versioning */
const versionPattern = /^20\d\d-\d\d-\d\d(\.[a-z]+)?$/;

function guarded(permission: string | null, answer: (call: Call) => Answer): (call: Call) => Answer {
  return (call) => {
    const { request, scopes } = call;
    const version = request.headers['stripe-version'];
    if (version !== undefined && !versionPattern.test(version)) return stripeError(400, `Invalid Stripe API version: ${version}`);
    if (permission !== null && scopes !== null && !scopes.has('read_write') && !scopes.has('read_only'))
      return permissionMissing(keyIn(request.headers.authorization ?? '') ?? '', permission);
    try {
      // Writes whose lag is over become events.
      for (const name of Object.keys(stripeObjects)) call.account.store(name);
      return answer(call);
    } catch (error) {
      if (error instanceof StripeRefusal) return error.answer;
      throw error;
    }
  };
}
