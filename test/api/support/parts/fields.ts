import { vi } from 'vitest';
import type { WorldPart } from '../world.ts';

const contacts = { provider: 'sandbox', object: 'contacts' };

export const part: WorldPart = {
  async ids({ syncline: { call } }) {
    const field = await call('POST', '/v1/fields', { ...contacts, name: 'full_name', path: '$.name', type: 'text' });
    // Nobody works on it any more: what the tests find changed afterwards, they have changed.
    await vi.waitUntil(async () => (await call('GET', `/v1/fields/${field.id}`)).status === 'ready', { timeout: 30_000, interval: 50 });
    return { field_id: field.id };
  },
  bodies: () => ({
    createField: { ...contacts, name: 'email', path: 'email', type: 'text', is_indexed: true },
    updateField: { name: 'whole_name' },
  }),
};
