import type { Call, Caller, Dialect, Route } from '../dialect.ts';
import { type Answer, type ApiRequest, jsonAnswer } from '../http.ts';
import { createOAuthServer } from '../oauth/server.ts';
import type { Account, DialectData, World } from '../world.ts';
import { tokenAnswer, tokenProblem, userInfo } from './account.ts';
import { describe, listSobjects } from './describe.ts';
import { invalidSession, notFound, SalesforceRefusal, salesforceError } from './errors.ts';
import { getRecord } from './get.ts';
import { load } from './load.ts';
import { query, queryMore } from './query.ts';
import { salesforceModel } from './records.ts';
import { refuse } from './refusals.ts';
import { sobject } from './sobjects.ts';

const accessTokenSeconds = 7200;

export const salesforceData: DialectData = {
  model: (name, _account, seed) => {
    const object = sobject(name);
    return object?.name === name ? salesforceModel(object, seed) : null;
  },
  defaultSize: (name) => sobject(name)?.defaultSize ?? 0,
  rotatesRefreshTokens: false,
  accessTokenSeconds,
};

/** Salesforce: OAuth, SOQL, describe, get. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/ */
export function createSalesforceDialect(world: World): Dialect {
  const oauth = createOAuthServer({
    dialect: 'salesforce',
    title: 'Salesforce (simulated)',
    issuer: 'https://login.salesforce.com',
    world,
    paths: {
      authorize: '/services/oauth2/authorize',
      token: '/services/oauth2/token',
      revoke: '/services/oauth2/revoke',
      userinfo: '/services/oauth2/oidc-userinfo',
    },
    scopes: ['openid', 'api', 'refresh_token', 'offline_access', 'id', 'profile', 'email', 'web', 'full'],
    defaultScope: 'api refresh_token',
    proposedAccount: 'acme-dev-ed',
    sendsIssuer: false,
    tokenAnswer: (answer, account, grantType) => tokenAnswer(world.account('salesforce', account), answer, grantType),
    tokenRefusal: ({ error, error_description = '' }, grantType) => ({
      status: 400,
      body: tokenProblem(error, error_description, grantType),
    }),
  });

  return {
    name: 'salesforce',
    prefix: '/salesforce',
    data: salesforceData,
    oauth,
    isOAuth: (path) =>
      /^\/services\/oauth2\/(authorize|token|revoke)(\/|$)/.test(path) || path.startsWith('/interaction/') || path.startsWith('/oauth/'),
    authenticate,
    route,
    unknownPath: () => notFound(),
    refuse,
    headers,
    load,
    identity: (id) => `"attributes":{"type":"Contact"},"Id":${JSON.stringify(id)}`,
  };

  async function authenticate({ headers: sent, path }: ApiRequest): Promise<Caller | Answer> {
    // The list of versions is public.
    if (/^\/services\/data\/?$/.test(path)) return { account: world.account('salesforce', 'public'), scopes: null };
    const token = sent.authorization?.match(/^(?:Bearer|OAuth) (.+)$/)?.[1];
    const found = token === undefined ? null : await oauth.findAccessToken(token);
    if (!found) return invalidSession();
    // A session is good at its own instance only.
    const instance = sent['x-original-host']?.match(/^(.+)\.my\.salesforce\.com$/)?.[1];
    if (instance !== undefined && instance.toLowerCase() !== found.account.toLowerCase()) return invalidSession();
    return { account: world.account('salesforce', found.account), scopes: found.scopes };
  }

  function route({ method, path }: ApiRequest): Route | null {
    if (method !== 'GET') return null;
    const simple = (object: string | null, answer: (call: Call) => Answer, hasPageToken = false): Route => ({
      object,
      hasPageToken,
      answer: guarded(answer),
    });
    if (path === '/services/oauth2/userinfo' || /^\/id\/\w+\/\w+$/.test(path)) return simple(null, ({ account }) => userInfo(account));
    if (/^\/services\/data\/?$/.test(path)) return simple(null, () => versions());
    const [, version = '', rest = ''] = path.match(/^\/services\/data\/(v\d{2}\.0)\/(.+?)\/?$/) ?? [];
    if (rest === 'query' || rest === 'queryAll')
      return { ...simple(null, (call) => query(call, version, rest === 'queryAll')), object: null };
    const [, reference] = rest.match(/^query(?:All)?\/([\w-]+)$/) ?? [];
    if (reference !== undefined) return simple(null, (call) => queryMore(call, version, reference), true);
    if (rest === 'sobjects') return simple(null, () => listSobjects(version));
    const [, name, id] = rest.match(/^sobjects\/(\w+)\/(\w+)$/) ?? [];
    if (name === undefined || id === undefined) return null;
    const object = sobject(name);
    return simple(object?.name ?? name, (call) => {
      if (!object) return notFound();
      const store = call.account.store(object.name)!;
      return id === 'describe' ? describe(call.account, object, store, version) : getRecord(call, object.name, id, version);
    });
  }
}

function guarded(answer: (call: Call) => Answer): (call: Call) => Answer {
  return (call) => {
    if (call.scopes !== null && !call.scopes.has('api') && !call.scopes.has('full')) {
      return salesforceError(403, 'INSUFFICIENT_ACCESS', 'This session is not valid for use with the REST API');
    }
    try {
      return answer(call);
    } catch (error) {
      if (error instanceof SalesforceRefusal) return error.answer;
      throw error;
    }
  };
}

function versions(): Answer {
  return jsonAnswer(200, [
    { label: "Spring '18", url: '/services/data/v42.0', version: '42.0' },
    { label: "Spring '24", url: '/services/data/v60.0', version: '60.0' },
    { label: "Summer '26", url: '/services/data/v67.0', version: '67.0' },
  ]);
}

const requestsPerDay = 15_000;

function headers({ log }: Account): Record<string, string> {
  return { 'sforce-limit-info': `api-usage=${log.length + 1}/${requestsPerDay}`, 'content-type': 'application/json;charset=UTF-8' };
}
