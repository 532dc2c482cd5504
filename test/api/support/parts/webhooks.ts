import { startReceiver } from '../../../webhooks/support.ts';
import type { World, WorldPart } from '../world.ts';

/** An endpoint that has been sent one event and is disabled since, so that nothing goes on by itself while tests look. */
export const part: WorldPart = {
  async ids(world: World) {
    const { call } = world.syncline;
    const receiver = await startReceiver();
    const { id } = await call('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/`, event_types: ['webhook.test'] });
    const { event_id } = await call('POST', `/v1/webhook-endpoints/${id}:test`);
    const path = `/v1/webhook-deliveries?event_id=${event_id}&status=succeeded`;
    const delivery = await until(async () => (await call('GET', path)).data[0]);
    await call('PATCH', `/v1/webhook-endpoints/${id}`, { status: 'disabled' });
    await receiver.close();
    // What has happened so far has its numbers, and nobody holds the endpoint any more.
    await until(async () => {
      const { rows } = await world.syncline.pool.query(
        `select not exists (select from event where number is null)
                and not exists (select from webhook_endpoint where lease_owner is not null) as still`,
      );
      return rows[0].still || undefined;
    });
    return { webhook_endpoint_id: id, webhook_delivery_id: delivery.id };
  },
  bodies: () => ({
    createWebhookEndpoint: { url: 'https://vendor.test/webhooks' },
    updateWebhookEndpoint: { description: 'Renamed' },
    replayWebhookEvents: { from_number: 1 },
  }),
};

const waitMsMax = 60_000;

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const begun = performance.now(); performance.now() - begun < waitMsMax; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the webhook endpoint of the world did not settle');
}
