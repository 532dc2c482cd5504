import { defineProvider } from '#kit';
import { classifyError } from './errors.ts';
import { activities, deals, organizations, persons, products } from './objects.ts';
import { unified } from './unified.ts';
import { leads, notes, users } from './v1.ts';

/**
 * Pipedrive. The reads are those of API v2, which replaced v1 for these objects (v1 out of support since 2026-08-01):
 * https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide
 */
export default defineProvider({
  name: 'pipedrive',
  displayName: 'Pipedrive',
  categories: ['crm'],
  docsUrl: 'https://developers.pipedrive.com/docs/api/v1',
  auth: [
    {
      kind: 'oauth2',
      // https://pipedrive.readme.io/docs/marketplace-oauth-authorization
      authorizeUrl: 'https://oauth.pipedrive.com/oauth/authorize',
      tokenUrl: 'https://oauth.pipedrive.com/oauth/token',
      revokeUrl: 'https://oauth.pipedrive.com/oauth/revoke',
      issuer: 'https://oauth.pipedrive.com',
      // The app's registration fixes the scopes; the authorize URL takes none.
      scopes: { default: [], separator: ' ' },
      pkce: false,
      clientAuth: 'basic',
      // The answer says expires_in; an hour is what it says (2026-11).
      defaultExpiresInSeconds: 3600,
    },
  ],
  api: { baseUrl: '{api_domain}/api' },
  captured: {
    // Every company has a host of its own, which only the token answer names.
    api_domain: { from: 'token', path: 'api_domain', pattern: 'https://[a-z0-9][a-z0-9-]{0,62}\\.pipedrive\\.com', required: true },
  },
  // There is no v2 of it: https://developers.pipedrive.com/docs/api/v1/Users#getCurrentUser
  account: { request: { method: 'GET', path: '/v1/users/me' }, id: 'data.company_id', name: 'data.company_name' },
  limits: {
    // A burst of 80 requests in 2 seconds and more by plan, which the headers report, and a company's daily budget of tokens
    // (a page costs 10, of archived deals 20, so a run that finds no change costs 10, of deals 60), which they do not always.
    docsUrl: 'https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting',
    concurrencyMax: 4,
    budgets: { read: [{ requests: 80, seconds: 2 }] },
    headers: { limit: 'x-ratelimit-limit', remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', windowSeconds: 2 },
  },
  classifyError,
  objects: { persons, organizations, deals, activities, products, leads, notes, users },
  unified,
});
