import type { Call, Caller, Dialect, Route } from '../dialect.ts';
import type { Answer, ApiRequest } from '../http.ts';
import { createOAuthServer } from '../oauth/server.ts';
import type { Account, DialectData, World } from '../world.ts';
import { accountDetails } from './account.ts';
import { readBatch } from './batch.ts';
import { listProperties } from './catalogue.ts';
import { expiredToken, HubspotRefusal, hubspotError, missingScope, notAuthenticated } from './errors.ts';
import { getObject, listObjects } from './list.ts';
import { load } from './load.ts';
import { hubspotModel, hubspotObject } from './objects.ts';
import { listOwners, ownerModel } from './owners.ts';
import { refuse, tokenProblem } from './refusals.ts';
import { searchObjects } from './search.ts';

const accessTokenSeconds = 1800;

export const hubspotData: DialectData = {
  model: (name, _account, seed) => {
    if (name === 'owners') return ownerModel(seed);
    const object = hubspotObject(name);
    return object ? hubspotModel(object, seed) : null;
  },
  defaultSize: (name) => (name === 'owners' ? 5 : (hubspotObject(name)?.defaultSize ?? 0)),
  rotatesRefreshTokens: false,
  accessTokenSeconds,
};

const ownersScope = 'crm.objects.owners.read';
const scopes = [
  'oauth',
  ...['contacts', 'companies', 'deals'].flatMap((name) => [
    `crm.objects.${name}.read`,
    `crm.objects.${name}.write`,
    `crm.schemas.${name}.read`,
  ]),
  ownersScope,
];

/** HubSpot: CRM v3 listing, search, properties, owners, OAuth. https://developers.hubspot.com/docs/api-reference */
export function createHubspotDialect(world: World): Dialect {
  const oauth = createOAuthServer({
    dialect: 'hubspot',
    title: 'HubSpot (simulated)',
    issuer: 'https://app.hubspot.com',
    world,
    paths: {
      authorize: '/oauth/authorize',
      token: '/oauth/2026-03/token',
      revoke: '/oauth/2026-03/token/revoke',
      userinfo: '/oauth/userinfo',
    },
    aliases: { '/oauth/v1/token': '/oauth/2026-03/token' },
    scopes,
    defaultScope: 'oauth',
    proposedAccount: '7974676',
    sendsIssuer: false,
    tokenAnswer: ({ access_token, refresh_token, expires_in }) => ({ token_type: 'bearer', refresh_token, access_token, expires_in }),
    tokenRefusal: (refusal, grantType) => ({ status: 400, body: tokenProblem(refusal, grantType) }),
  });

  return {
    name: 'hubspot',
    prefix: '/hubspot',
    data: hubspotData,
    oauth,
    isOAuth: (path) => path.startsWith('/oauth/') || path.startsWith('/interaction/'),
    authenticate,
    route,
    unknownPath: () => hubspotError(404, 'resource not found'),
    refuse,
    headers,
    load,
    identity: (id) => `"id":${JSON.stringify(id)}`,
  };

  async function authenticate({ headers: sent }: ApiRequest): Promise<Caller | Answer> {
    const token = sent.authorization?.match(/^Bearer (.+)$/)?.[1];
    if (token === undefined) return notAuthenticated();
    const found = await oauth.findAccessToken(token);
    return found ? { account: world.account('hubspot', found.account), scopes: found.scopes } : expiredToken();
  }

  function route(request: ApiRequest): Route | null {
    const { method, path } = request;
    const at = (pattern: RegExp) => path.match(pattern)?.[1];
    const simple = (object: string | null, answer: (call: Call) => Answer): Route => ({
      object,
      hasPageToken: request.query.has('after') || /"after":"?[1-9]/.test(request.body),
      answer: guarded(answer),
    });

    if (method === 'GET' && path === '/account-info/v3/details') return simple(null, ({ account }) => accountDetails(account));
    if (method === 'GET' && /^\/crm\/v3\/owners\/?$/.test(path)) {
      return simple('owners', (call) => withScope(call, ownersScope, () => listOwners(call, call.account.store('owners')!)));
    }
    const described = at(/^\/crm\/v3\/properties\/([^/]+)$/);
    if (method === 'GET' && described !== undefined) return simple(null, (call) => onObject(call, described, listProperties));
    const searched = at(/^\/crm\/v3\/objects\/([^/]+)\/search$/);
    if (method === 'POST' && searched !== undefined)
      return { ...simple(nameOf(searched), (call) => onObject(call, searched, searchObjects)), category: 'search' };
    const batched = at(/^\/crm\/v3\/objects\/([^/]+)\/batch\/read$/);
    if (method === 'POST' && batched !== undefined) return simple(nameOf(batched), (call) => onObject(call, batched, readBatch));
    const listed = at(/^\/crm\/v3\/objects\/([^/]+)$/);
    if (method === 'GET' && listed !== undefined)
      return simple(nameOf(listed), (call) => onObject(call, listed, (...args) => listObjects(...args, path)));
    const [, of, id] = path.match(/^\/crm\/v3\/objects\/([^/]+)\/(\d+)$/) ?? [];
    if (method === 'GET' && of !== undefined && id !== undefined)
      return simple(nameOf(of), (call) => onObject(call, of, (...args) => getObject(...args, id)));
    return null;
  }
}

function nameOf(objectType: string): string {
  return hubspotObject(objectType)?.name ?? objectType;
}

type OnObject = (
  call: Call,
  object: NonNullable<ReturnType<typeof hubspotObject>>,
  store: NonNullable<ReturnType<Account['store']>>,
) => Answer;

function onObject(call: Call, objectType: string, answer: OnObject): Answer {
  const object = hubspotObject(objectType);
  if (!object) return hubspotError(400, `Unable to infer object type from: ${objectType}`);
  return withScope(call, object.scope, () => answer(call, object, call.account.store(object.name)!));
}

function withScope({ scopes: granted }: Call, scope: string, answer: () => Answer): Answer {
  return granted === null || granted.has(scope) ? answer() : missingScope(scope);
}

function guarded(answer: (call: Call) => Answer): (call: Call) => Answer {
  return (call) => {
    try {
      return answer(call);
    } catch (error) {
      if (error instanceof HubspotRefusal) return error.answer;
      throw error;
    }
  };
}

const requestsPerInterval = 110;

/** Search answers carry no rate headers. */
function headers({ window, settings }: Account, { path }: ApiRequest): Record<string, string> {
  if (path.endsWith('/search')) return {};
  const max = settings.rateLimit?.requests ?? requestsPerInterval;
  return {
    'x-hubspot-ratelimit-interval-milliseconds': String((settings.rateLimit?.windowSeconds ?? 10) * 1000),
    'x-hubspot-ratelimit-max': String(max),
    'x-hubspot-ratelimit-remaining': String(Math.max(0, max - window.used)),
    'x-hubspot-ratelimit-secondly': '11',
    'x-hubspot-ratelimit-secondly-remaining': '10',
  };
}
