import { expect, test } from 'vitest';
import { createCatalog, loadProviders } from '../catalog/index.ts';
import type { Egress } from '../connect/egress.ts';
import { createMetrics } from '../ops/metrics.ts';
import { countedEgress } from './counted.ts';

test('requests are counted by host, but hosts that name a customer by their provider alone', async () => {
  const egress = { send: async () => ({ status: 200 }) } as unknown as Egress;
  const metrics = createMetrics();
  const catalog = createCatalog({ environment: 'development', providers: await loadProviders() });
  const counted = countedEgress(egress, metrics, catalog.list());
  for (const url of [
    'https://api.hubapi.com/crm/v3/objects/contacts',
    'https://login.salesforce.com/services/oauth2/token',
    'https://acme-secret.my.salesforce.com/services/data/v60.0/query',
    'https://acme-secret--dev.sandbox.my.salesforce.com/services/data/v60.0/query',
    'https://acme-secret.example.com/',
  ])
    await counted.send(url, {});
  const text = await metrics.text();
  const counts = [...text.matchAll(/provider_requests_total\{host="([^"]+)",status="200"\} (\d+)/g)].map(
    ([, host, count]) => `${host} ${count}`,
  );
  expect(counts.sort()).toEqual(['api.hubapi.com 1', 'other 1', 'salesforce 3']);
  expect(text).not.toContain('acme-secret');
});
