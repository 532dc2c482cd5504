import type { Tx } from '../db/index.ts';

/** The number that an endpoint stands behind when it begins there. */
export async function positionOf(tx: Pick<Tx, '$queryRaw'>, applicationId: string, from: 'now' | 'beginning'): Promise<bigint> {
  const [log] = await tx.$queryRaw<{ last: bigint; dropped: bigint }[]>`
    select c.last_number as last,
           coalesce((select min(e.number) - 1 from event e where e.application_id = c.application_id), c.last_number) as dropped
    from event_counter c
    where c.application_id = ${applicationId}::text`;
  if (!log) return 0n;
  return from === 'now' ? log.last : log.dropped;
}
