import type pg from 'pg';
import { AppError } from '../../base/errors.ts';
import type { DestinationRef } from '../context.ts';
import type { HubNames } from '../names.ts';

type Claimant = Pick<DestinationRef, 'id' | 'applicationId'>;

/** What stands where a destination has left its hub: only the same application may take it up again, its records are in there. */
const leftBy = (applicationId: string) => `left:${applicationId}`;

/** A hub is one application's and one destination's. Whoever opens it first has it; a second one would mix two vendors' customers. */
export async function claimHub(client: pg.ClientBase, names: HubNames, claimant: Claimant): Promise<void> {
  const { rowCount } = await client.query(
    `update ${names.hub}
     set destination_id = $1::text
     where destination_id is null
     or destination_id = $2::text`,
    [claimant.id, leftBy(claimant.applicationId)],
  );
  if (rowCount === 0 && (await holderOf(client, names)) !== claimant.id)
    throw new AppError('destination_refused', 'This schema holds the records of another destination. Use another schema of the database.', {
      internal: `${names.schema} is not a hub of ${claimant.id}`,
    });
}

/** Gives the hub up, with its records, to a later destination of the same application. */
export async function leaveHub(client: pg.ClientBase | pg.Pool, names: HubNames, claimant: Claimant): Promise<void> {
  await client.query(`update ${names.hub} set destination_id = $2::text where destination_id = $1::text`, [
    claimant.id,
    leftBy(claimant.applicationId),
  ]);
}

/** Whether this destination may have the hub. A layout from before claims has nobody. */
export async function isClaimable(client: pg.ClientBase, names: HubNames, claimant: Claimant): Promise<boolean> {
  const { rows } = await client.query<{ holder: string | null }>(`select to_jsonb(h) ->> 'destination_id' as holder from ${names.hub} h`);
  const holder = rows[0]?.holder ?? null;
  return holder === null || holder === claimant.id || holder === leftBy(claimant.applicationId);
}

export async function holderOf(client: pg.ClientBase, names: HubNames): Promise<string | null> {
  const { rows } = await client.query<{ destination_id: string | null }>(`select destination_id from ${names.hub}`);
  return rows[0]?.destination_id ?? null;
}
