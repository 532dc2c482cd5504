import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadProviders } from '../../src/catalog/index.ts';
import { disconnectConnection } from '../../src/connect/disconnect-connection.ts';
import type { ProviderDefinition } from '../../src/kit/index.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ providers: (await loadProviders()) as ProviderDefinition[] });
});
afterAll(() => world.close());

test.each([
  { provider: 'sandbox', account: 'acme', path: '/crm/v1/contacts', saved: { remoteAccountId: 'acme' } },
  { provider: 'hubspot', account: '4242', path: '/crm/v3/objects/contacts', saved: { remoteAccountId: '4242' } },
  {
    provider: 'salesforce',
    account: 'acme',
    path: '/services/data/v62.0/query?q=SELECT%20Id%20FROM%20Contact',
    saved: { captured: { instance_url: 'https://acme.my.salesforce.com' } },
  },
  {
    provider: 'pipedrive',
    account: 'acme',
    path: '/v2/persons',
    saved: { captured: { api_domain: 'https://acme.pipedrive.com' } },
  },
  { provider: 'stripe', account: 'acme', path: '/v1/customers', saved: { remoteAccountId: 'acct_acme' } },
])(
  'S01 $provider: its declaration carries a customer through sign-in, reading, a refresh and a disconnect',
  async ({ provider, account, path, saved }) => {
    const dialect = provider as 'sandbox' | 'hubspot' | 'salesforce' | 'pipedrive' | 'stripe';
    await world.createProviderConfig({ provider });
    const { answer, connectionId } = await world.connect({ provider, account });
    expect(answer.status, answer.text).toBe(303);
    const row = await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } });
    expect(row).toMatchObject({ status: 'active', ...saved });

    const client = await world.openClient(connectionId);
    const read = () => client.request({ method: 'GET', path }, { signal: AbortSignal.timeout(5000) });
    expect((await read()).status).toBe(200);
    await world.control.expireTokens({ dialect, account });
    expect((await read()).status).toBe(200);
    expect(await world.control.tokens({ dialect, account })).toMatchObject({ refreshAttempts: 1 });

    const { revocation } = await disconnectConnection({ ctx: world.ctx, input: { connectionId } });
    const declared = world.ctx.catalog.provider(provider).auth.find((auth) => auth.kind === 'oauth2');
    expect(revocation).toBe(declared?.revokeUrl === undefined ? 'not_offered' : 'revoked');
  },
);
