import type { DestinationRef } from '../../../../src/hub/context.ts';
import { land } from '../../../unified/support/land.ts';
import type { WorldPart } from '../world.ts';

const fields = { tier: { path: '$.properties.tier', type: 'text' } };

export const part: WorldPart = {
  async ids({ syncline: { call, pool, syncline, applicationId }, ids }) {
    await call('PUT', '/v1/unified-mappings/crm/contact/hubspot', { fields });
    // A record of a model, as a run would land it.
    const { rows } = await pool.query<DestinationRef>(
      `select id, application_id as "applicationId", kind, schema, version from destination where id = $1`,
      [ids.destination_id],
    );
    const { hubs } = syncline.contextFor({ kind: 'system', id: 'test', applicationId });
    const owner = { customerId: ids.customer_id!, connectionId: ids.connection_id! };
    await land({ hub: await hubs.open(rows[0]!) }, 'hubspot contacts', owner, { 1: { id: '1', properties: { firstname: 'Ada' } } });
    return { category: 'crm', model: 'contact', unified_id: `${ids.connection_id}/1` };
  },
  bodies: () => ({ setMapping: { fields }, previewMapping: { provider: 'hubspot', fields } }),
};
