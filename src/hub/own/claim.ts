import pg from 'pg';
import { AppError } from '../../base/errors.ts';
import type { DestinationRef, HubTarget } from '../context.ts';
import { type HubNames, hubNames } from '../names.ts';
import { ownConfig } from '../pool.ts';

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
export async function leaveHub(target: HubTarget, { id, applicationId, schema }: DestinationRef): Promise<void> {
  const client = new pg.Client(ownConfig(target));
  client.on('error', () => undefined);
  await client.connect();
  try {
    const names = hubNames(schema);
    const { rows } = await client.query(
      `select from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1::text and c.relname = '_syncline_hub'`,
      [schema],
    );
    // Nothing has ever landed there.
    if (rows.length === 0) return;
    await client.query(`update ${names.hub} set destination_id = $2::text where destination_id = $1::text`, [id, leftBy(applicationId)]);
  } finally {
    await client.end();
  }
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
