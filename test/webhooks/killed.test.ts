import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProcesses, type TestProcess } from '../support/syncline.ts';
import { createEmitter, isSigned, type Receiver, someEvents, soon, startReceiver } from './support.ts';

let syncline: Awaited<ReturnType<typeof startProcesses>>;
let receiver: Receiver;
let emitter: ReturnType<typeof createEmitter>;
beforeAll(async () => {
  [syncline, receiver] = await Promise.all([startProcesses({ workers: 2, limits: { leaseSeconds: 2 } }), startReceiver()]);
  emitter = createEmitter(syncline.databaseUrl);
}, 180_000);
afterAll(async () => {
  await Promise.all([syncline.close(), receiver.close(), emitter.close()]);
});

const batches = 30;
const batchEvents = 10;

test('workers killed between commit and delivery lose no event: each comes, signed, with a number of its own and no hole', async () => {
  const { call, applicationId } = syncline;
  // Slow enough that there is always something under way when a worker dies.
  receiver.answers('/killed', (_request, response) => {
    setTimeout(() => response.writeHead(204).end(), 20);
    return undefined;
  });
  const { id, secret } = await call('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/killed`, event_types: ['run.completed'] });
  let workers: TestProcess[] = [...syncline.workers];
  for (let batch = 0; batch < batches; batch++) {
    await emitter.emit(someEvents(applicationId, batchEvents, {}, batch * batchEvents + 1));
    await sleep(10);
    if (batch % 10 !== 5) continue;
    // Kill -9 where it hurts: something has been received and not been written down.
    await expect.poll(() => receiver.requests.length, soon).toBeGreaterThan(batch * 4);
    await workers[0]!.kill();
    workers = [...workers.slice(1), await syncline.startWorkerProcess()];
  }
  const total = batches * batchEvents;
  await expect.poll(() => new Set(receiver.at('/killed').map(({ body }) => body.number)).size, { ...soon, timeout: 60_000 }).toBe(total);
  const byId = new Map(receiver.at('/killed').map(({ body }) => [body.id, body]));
  expect([...byId.values()].map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, n) => n + 1));
  expect([...byId.values()].map(({ data }) => data.n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, n) => n + 1));
  for (const request of receiver.requests) expect(isSigned(request, secret)).toBe(true);
  for (const { headers, body } of receiver.requests) expect(headers['webhook-id']).toBe(body.id);
  // The same log by pull.
  expect((await syncline.list('/v1/events?types=run.completed')).map((event) => event.id)).toEqual(
    [...byId.values()].toSorted((a, b) => a.number - b.number).map((event) => event.id),
  );
  await expect
    .poll(async () => (await syncline.list(`/v1/webhook-deliveries?webhook_endpoint_id=${id}&status=succeeded`)).length, soon)
    .toBe(total);
});
