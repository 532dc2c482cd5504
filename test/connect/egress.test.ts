import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEgress, type EgressOptions } from '../../src/connect/egress.ts';

let server: Server;
let port: number;
let hits: { url: string; host: string | undefined }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    hits.push({ url: request.url ?? '', host: request.headers['x-original-host'] as string | undefined });
    if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` });
    response.end('inside');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function withEgress<T>(options: Partial<EgressOptions>, work: (egress: ReturnType<typeof createEgress>) => Promise<T>): Promise<T> {
  hits = [];
  const egress = createEgress({ originOverrides: {}, allowPrivateAddresses: false, ...options });
  try {
    return await work(egress);
  } finally {
    await egress.close();
  }
}

test.each(['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', 'localhost'])(
  'a private network is not reached by %s',
  async (host) => {
    await withEgress({}, async (egress) => {
      const failure = await egress.send(`http://${host}:${port}/`, {}).then(
        () => null,
        (error: Error) => error,
      );
      const causes = [failure, failure?.cause].map((error) => (error as { code?: string } | undefined)?.code);
      expect(causes).toContain('EGRESS_BLOCKED');
    });
    expect(hits).toEqual([]);
  },
);

test('a private network is reached where the operator allows it', async () => {
  await withEgress({ allowPrivateAddresses: true }, async (egress) => {
    const response = await egress.send(`http://localhost:${port}/x`, {});
    expect(await text(response.body)).toBe('inside');
  });
});

test('a redirect is handed back, not followed', async () => {
  await withEgress({ allowPrivateAddresses: true }, async (egress) => {
    const response = await egress.send(`http://127.0.0.1:${port}/away`, {});
    expect(response.status).toBe(302);
  });
  expect(hits.map(({ url }) => url)).toEqual(['/away']);
});

test('a real origin is served by its stand-in, which hears the real host; a star is one host label', async () => {
  const originOverrides = {
    'https://*.my.salesforce.com': `http://127.0.0.1:${port}/salesforce`,
    'https://api.hubapi.com': `http://127.0.0.1:${port}/hubspot/`,
  };
  await withEgress({ originOverrides }, async (egress) => {
    await egress.send('https://acme.my.salesforce.com/services/data?q=1', {});
    await egress.send(new URL('https://api.hubapi.com/crm'), {});
    expect(hits).toEqual([
      { url: '/salesforce/services/data?q=1', host: 'acme.my.salesforce.com' },
      { url: '/hubspot/crm', host: 'api.hubapi.com' },
    ]);
    expect(egress.browserUrl('https://acme.my.salesforce.com/a#b').href).toBe(`http://127.0.0.1:${port}/salesforce/a#b`);
    for (const other of [
      'https://a.b.my.salesforce.com/',
      'https://my.salesforce.com/',
      'https://acme.my.salesforce.com.evil.example/',
      'http://acme.my.salesforce.com/',
      'https://acme.my.salesforce.com:8443/',
    ])
      expect(egress.browserUrl(other).href).toBe(other);
    expect(egress.standInOrigins).toEqual([`http://127.0.0.1:${port}`]);
  });
});
