import dns from 'node:dns';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Loose } from '../support/client.ts';
import { startSandbox } from '../support/sandbox.ts';
import { startSyncline, type TestSyncline } from '../support/syncline.ts';
import { createEmitter, expectSoon, type Receiver, someEvents, startReceiver } from '../webhooks/support.ts';

type Product = { syncline: TestSyncline; emitter: ReturnType<typeof createEmitter> };
let sandbox: Awaited<ReturnType<typeof startSandbox>>;
/** As in production: nobody inside may be called. */
let guarded: Product;
/** As in development, so that a receiver of these tests can be reached. */
let open: Product;
let receiver: Receiver;
beforeAll(async () => {
  sandbox = await startSandbox();
  const start = async (allowPrivateAddresses: boolean): Promise<Product> => {
    const syncline = await startSyncline({ sandbox, config: { allowPrivateAddresses }, limits: { webhookTimeoutSeconds: 2 } });
    return { syncline, emitter: createEmitter(syncline.databaseUrl) };
  };
  [guarded, open, receiver] = await Promise.all([start(false), start(true), startReceiver()]);
});
afterAll(async () => {
  for (const { syncline, emitter } of [guarded, open]) await Promise.all([syncline.close(), emitter.close()]);
  await Promise.all([receiver.close(), sandbox.close()]);
});
afterEach(() => vi.restoreAllMocks());

const unreachable = 'The endpoint could not be reached, or the connection was cut.';

describe('an inner network', () => {
  let inner: Server;
  let port: number;
  let connections = 0;
  beforeAll(async () => {
    inner = createServer((socket) => {
      connections++;
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
    await new Promise<void>((resolve) => inner.listen(0, () => resolve()));
    port = (inner.address() as { port: number }).port;
  });
  afterAll(() => new Promise((resolve) => inner.close(resolve)));

  const hosts = ['127.0.0.1', '0x7f.1', '2130706433', '017700000001', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '0.0.0.0', '[::]'];
  const private_ = [
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '[fd00::1]',
    '[fe80::1]',
    '[64:ff9b::7f00:1]',
  ];

  test('cannot be named as an endpoint, in whatever writing, and neither can anything but https', async () => {
    const { request } = await guarded.syncline.createApplication();
    for (const host of [...hosts, ...private_, 'localhost'])
      expect((await request('POST', '/v1/webhook-endpoints', { url: `https://${host}:${port}/` })).body.code, host).toBe('input_invalid');
    expect((await request('POST', '/v1/webhook-endpoints', { url: 'http://example.com/' })).body.code).toBe('input_invalid');
    const { id } = await (await guarded.syncline.createApplication()).call('POST', '/v1/webhook-endpoints', {
      url: 'https://example.com/',
    });
    expect(id).toMatch(/^whe_/);
  });

  test('is not reached by an endpoint that names it all the same, nor by a name that leads there: one sentence for all', async () => {
    connections = 0;
    const { syncline, emitter } = guarded;
    const vendor = await syncline.createApplication();
    // A name that led elsewhere when it was looked at, and an unknown one.
    const lookup = dns.lookup;
    vi.spyOn(dns, 'lookup').mockImplementation(((name: string, options: dns.LookupAllOptions, done: (...given: unknown[]) => void) => {
      if (name === 'rebound.example') return done(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
      if (name === 'unknown.example') return done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }));
      return lookup(name, options, done as never);
    }) as never);
    const urls = [...hosts, 'rebound.example', 'localhost', 'unknown.example'].map((host) => `http://${host}:${port}/`);
    for (const url of urls) {
      const { id } = await vendor.call('POST', '/v1/webhook-endpoints', { url: 'https://example.com/' });
      await syncline.pool.query('update webhook_endpoint set url = $2 where id = $1', [id, url]);
    }
    await emitter.emit(someEvents(vendor.applicationId, 1));
    const deliveries = () => vendor.list('/v1/webhook-deliveries');
    await expectSoon(async () => (await deliveries()).filter(({ attempts }) => attempts > 0).length, urls.length);
    expect(new Set((await deliveries()).map(({ error, response_status }) => `${error} ${response_status}`))).toEqual(
      new Set([`${unreachable} null`]),
    );
    expect(connections).toBe(0);
  });
});

describe('a receiver', () => {
  const openEndpoint = async (path: string, rest: Record<string, unknown> = {}) => {
    const vendor = await open.syncline.createApplication();
    const endpoint = await vendor.call('POST', '/v1/webhook-endpoints', { url: receiver.url + path, ...rest });
    const delivered = async () => (await vendor.list(`/v1/webhook-deliveries?webhook_endpoint_id=${endpoint.id}`))[0] as Loose;
    return { vendor, delivered, emit: (data = {}) => open.emitter.emit(someEvents(vendor.applicationId, 1, data)) };
  };
  const outcome = async (delivered: () => Promise<Loose>) => {
    await expectSoon(async () => (await delivered())?.attempts > 0, true);
    const { status, response_status, error } = await delivered();
    return [status, response_status, error];
  };
  const late = 'No whole answer came within 2 seconds.';

  test('that never answers, or never ends its answer, costs its time-out and no more', async () => {
    receiver.answers('/never', () => undefined);
    receiver.answers('/drips', (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 100);
      response.once('close', () => clearInterval(timer));
      return undefined;
    });
    const [never, drips] = await Promise.all([openEndpoint('/never'), openEndpoint('/drips')]);
    await Promise.all([never.emit(), drips.emit()]);
    expect(await outcome(never.delivered)).toEqual(['pending', null, late]);
    expect(await outcome(drips.delivered)).toEqual(['pending', null, late]);
  });

  test('that answers without end is read a little, and believed', async () => {
    let written = 0;
    receiver.answers('/endless', (_request, response) => {
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) written += 64 * 1024;
      };
      response.on('drain', write);
      write();
      return undefined;
    });
    const { emit, delivered } = await openEndpoint('/endless');
    await emit();
    expect(await outcome(delivered)).toEqual(['succeeded', 200, null]);
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  test('that answers with headers without end is cut off', async () => {
    receiver.answers('/headers', (_request, response) => {
      response.writeHead(200, { 'x-long': 'x'.repeat(200_000) }).end();
      return undefined;
    });
    const { emit, delivered } = await openEndpoint('/headers');
    await emit();
    expect(await outcome(delivered)).toEqual(['pending', null, unreachable]);
  });

  test.each([301, 302, 303, 307, 308])('that redirects with %i leads nowhere', async (status) => {
    receiver.answers(`/redirect-${status}`, (_request, response) => {
      response.writeHead(status, { location: `${receiver.url}/inside` }).end();
      return undefined;
    });
    const { emit, delivered } = await openEndpoint(`/redirect-${status}`);
    await emit();
    expect(await outcome(delivered)).toEqual(['dead', status, null]);
    expect(receiver.at('/inside')).toEqual([]);
  });

  test('of some customers gets nothing of others, whatever the filter is made of', async () => {
    const { vendor, emit } = await openEndpoint('/filtered', {
      filters: { customer_ids: ["' or true --", '%', 'acme"}', 'äcme', '__proto__'] },
    });
    for (const customer_id of ['acme', 'Äcme', 'other', '', 'x']) await emit({ customer_id });
    await emit();
    await emit({ customer_id: 'äcme' });
    await expectSoon(() => receiver.at('/filtered').map(({ body }) => body.data.customer_id), ['äcme']);
    for (const filters of [{ customer_ids: [] }, { customer_ids: ['a\u0000'] }, { customer_id: ['a'] }, { customer_ids: [{}] }, []])
      expect((await vendor.request('POST', '/v1/webhook-endpoints', { url: receiver.url, filters })).status).toBe(400);
  });
});
