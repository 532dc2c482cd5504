import { defineProvider, type OAuth2Auth, type ProviderDefinition } from '../../../src/kit/index.ts';

/** The sandbox's own dialect with every auth kind: what these tests need of it, and nothing of the catalog's provider. */
export function sandboxProvider(
  changes: { auth?: Partial<OAuth2Auth> } & Partial<Omit<ProviderDefinition, 'auth'>> = {},
): ProviderDefinition {
  const { auth, ...rest } = changes;
  return defineProvider({
    name: 'sandbox',
    displayName: 'Sandbox CRM',
    categories: ['crm'],
    docsUrl: 'https://sandbox.test/docs',
    auth: [
      {
        kind: 'oauth2',
        authorizeUrl: 'https://sandbox.test/oauth/authorize',
        tokenUrl: 'https://sandbox.test/oauth/token',
        revokeUrl: 'https://sandbox.test/oauth/revoke',
        issuer: 'https://sandbox.test',
        scopes: { default: ['crm.read', 'offline_access'], separator: ' ' },
        defaultExpiresInSeconds: 3600,
        ...auth,
      },
      {
        kind: 'api_key',
        send: { header: 'x-api-key', prefix: '' },
        fields: [{ name: 'api_key', title: 'API key', secret: true, help: 'Under Settings, API.' }],
      },
      {
        kind: 'basic',
        fields: [
          { name: 'username', title: 'User name', secret: false },
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
    limits: { docsUrl: 'https://sandbox.test/docs', concurrencyMax: 4 },
    objects: { contacts: readable('Contacts'), deals: readable('Deals') },
    ...rest,
  });
}

export function readable(label: string): ProviderDefinition['objects'][string] {
  return {
    label,
    docsUrl: 'https://sandbox.test/docs',
    record: { id: 'id' },
    pageSizeMax: 100,
    full: {
      parts: [
        {
          name: 'list',
          signal: 'records',
          recordsPath: 'data',
          completeness: 'complete',
          request: ({ object }) => ({ method: 'GET', path: `/crm/v1/${object}` }),
          next: () => null,
        },
      ],
    },
    scopes: ['crm.read'],
    visibilityLagSeconds: 0,
  };
}
