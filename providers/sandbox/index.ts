import { defineProvider } from '#kit';
import { hooks } from './hooks.ts';
import { objects } from './objects.ts';

const scopes = { default: ['crm.read', 'offline_access'], separator: ' ' } as const;
const docsUrl = 'https://sandbox.test/docs';

/** The SaaS in a box that development, tests and the demo connect to. Its dialect is described in `sandbox/README.md`. */
export default defineProvider({
  name: 'sandbox',
  displayName: 'Sandbox CRM',
  categories: ['crm'],
  docsUrl,
  developmentOnly: true,
  auth: [
    {
      kind: 'oauth2',
      authorizeUrl: 'https://sandbox.test/oauth/authorize',
      tokenUrl: 'https://sandbox.test/oauth/token',
      revokeUrl: 'https://sandbox.test/oauth/revoke',
      issuer: 'https://sandbox.test',
      scopes: { ...scopes, default: [...scopes.default] },
      defaultExpiresInSeconds: 3600,
    },
    {
      kind: 'api_key',
      send: { header: 'x-api-key', prefix: '' },
      fields: [{ name: 'api_key', title: 'API key', secret: true, help: 'key_ and the name of the account: key_acme' }],
    },
    {
      kind: 'basic',
      fields: [
        { name: 'username', title: 'Account', secret: false },
        { name: 'password', title: 'Password', secret: true },
      ],
    },
    {
      kind: 'client_credentials',
      tokenUrl: 'https://sandbox.test/oauth/token',
      scopes: { default: ['crm.read'], separator: ' ' },
      defaultExpiresInSeconds: 3600,
      fields: [
        { name: 'client_id', title: 'Client id', secret: false },
        { name: 'client_secret', title: 'Client secret', secret: true },
      ],
    },
  ],
  api: { baseUrl: 'https://sandbox.test' },
  account: { request: { method: 'GET', path: '/crm/v1/account' }, id: 'id', name: 'name' },
  limits: {
    docsUrl,
    concurrencyMax: 8,
    budgets: { read: [{ requests: 10_000, seconds: 10 }] },
    headers: {
      limit: 'x-ratelimit-limit',
      remaining: 'x-ratelimit-remaining',
      reset: 'x-ratelimit-reset',
      window: { name: 'x-ratelimit-window', unit: 'seconds' },
    },
  },
  classifyError: ({ status, body }) => {
    const message = (body as { error?: { message?: unknown } } | null)?.error?.message;
    return typeof message === 'string' ? { message: `HTTP ${status}: ${message}` } : undefined;
  },
  hooks,
  objects,
});
