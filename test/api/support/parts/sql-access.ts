import type { WorldPart } from '../world.ts';

export const part: WorldPart = {
  ids: async ({ syncline, ids }) => {
    const { id } = await syncline.call('POST', '/v1/sql-credentials', { name: 'Dashboards', customer_id: ids.customer_id });
    return { sql_credential_id: id };
  },
  bodies: (ids) => ({ createSqlCredential: { name: 'Another', customer_id: ids.customer_id } }),
};
