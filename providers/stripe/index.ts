import { defineProvider } from '#kit';
import { classifyError } from './errors.ts';
import { hooks } from './hooks.ts';
import { charges, customers, invoices, prices, products, subscriptions } from './objects.ts';
import { unified } from './unified.ts';

/** Stripe: an account's own data, by Connect or by a restricted key. https://docs.stripe.com/api */
export default defineProvider({
  name: 'stripe',
  displayName: 'Stripe',
  categories: ['accounting', 'other'],
  docsUrl: 'https://docs.stripe.com/api',
  auth: [
    {
      kind: 'oauth2',
      // https://docs.stripe.com/connect/oauth-reference; the client's secret is the platform's secret key.
      authorizeUrl: 'https://connect.stripe.com/oauth/authorize',
      tokenUrl: 'https://connect.stripe.com/oauth/token',
      // Deauthorizing is a call of its own that wants the account's id; RFC 7009 is not offered.
      issuer: 'https://connect.stripe.com',
      scopes: { default: ['read_write'], separator: ' ' },
      pkce: false,
      // A connected account's token lives until it is taken back.
      defaultExpiresInSeconds: null,
    },
    {
      kind: 'api_key',
      send: { header: 'authorization', prefix: 'Bearer ' },
      fields: [
        {
          name: 'api_key',
          title: 'Restricted API key',
          secret: true,
          help: 'Developers → API keys → Create restricted key, with read access to what is to be synced, to events and to the account.',
        },
      ],
    },
  ],
  api: {
    baseUrl: 'https://api.stripe.com',
    // Lists come in the shape of this version, whatever version an account has. https://docs.stripe.com/api/versioning
    headers: { 'stripe-version': '2025-09-30.clover' },
  },
  // https://docs.stripe.com/api/accounts/retrieve
  account: { request: { method: 'GET', path: '/v1/account' }, id: 'id', name: 'settings.dashboard.display_name|email' },
  limits: {
    // 100 reads a second and account, 25 for test keys; no header reports them.
    docsUrl: 'https://docs.stripe.com/rate-limits',
    concurrencyMax: 4,
    budgets: { read: [{ requests: 25, seconds: 1 }] },
  },
  classifyError,
  hooks,
  objects: { customers, products, prices, subscriptions, invoices, charges },
  unified,
});
