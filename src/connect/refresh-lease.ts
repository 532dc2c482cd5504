import { hostname } from 'node:os';
import type { Db } from '../db/index.ts';

/** Who refreshes, for people who look at the row. The fence decides, not the name. */
const owner = `${hostname()}:${process.pid}`.slice(0, 100);

interface LeaseOf {
  applicationId: string;
  connectionId: string;
}

/**
 * One refresher across processes. Taking the lease raises the fence; saving asks for it again, so that a process that
 * slept past its lease cannot write over what came after. null: somebody else holds it, or the credentials are newer.
 */
export async function takeRefreshLease(
  db: Db,
  { applicationId, connectionId }: LeaseOf,
  version: number,
  leaseSeconds: number,
): Promise<bigint | null> {
  const [row] = await db.prisma.$queryRaw<{ refresh_fence: bigint }[]>`
    update connection
    set refresh_lease_owner = ${owner}::text,
        refresh_lease_until = syncline_now() + ${leaseSeconds}::float8 * interval '1 second',
        refresh_fence = refresh_fence + 1
    where application_id = ${applicationId}::text
    and id = ${connectionId}::text
    and status = 'active'
    and credentials_version = ${version}::int
    and (refresh_lease_until is null or refresh_lease_until <= syncline_now())
    returning refresh_fence`;
  return row?.refresh_fence ?? null;
}

/** Gives the lease back early, so that the next one need not wait for its end. */
export async function returnRefreshLease(db: Db, { applicationId, connectionId }: LeaseOf, fence: bigint): Promise<void> {
  await db.prisma.connection.updateMany({
    where: { id: connectionId, applicationId, refreshFence: fence },
    data: { refreshLeaseOwner: null, refreshLeaseUntil: null },
  });
}
