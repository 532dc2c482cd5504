import type { WorldPart } from '../world.ts';

const fields = { tier: { path: '$.properties.tier', type: 'text' } };

export const part: WorldPart = {
  async ids({ syncline: { call } }) {
    await call('PUT', '/v1/unified-mappings/crm/contact/hubspot', { fields });
    return { category: 'crm', model: 'contact' };
  },
  bodies: () => ({ setMapping: { fields }, previewMapping: { provider: 'hubspot', fields } }),
};
