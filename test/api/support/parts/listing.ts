import type { WorldPart } from '../world.ts';

/** A record of ours, and a stream that ends behind its first page. */
export const part: WorldPart = {
  async ids({ syncline, ids }) {
    const { data } = await syncline.call('GET', `/v1/records/${ids.provider}/${ids.object}?page_size=1`);
    return { record_id: data[0].record_id, wait_seconds: '0' };
  },
  bodies: (ids) => ({ getRecords: { ids: [ids.record_id], connection_id: ids.connection_id, customer_id: ids.customer_id } }),
};
