import type { Actor } from '../base/actor.ts';
import type { Db } from '../db/index.ts';

/**
 * May a page of this origin read the answer? Only one of the application's origins, and only with a customer token. Before
 * anybody is known (preflight, refused tokens) it is enough that some application names the origin: such answers say nothing.
 */
export async function isOriginAllowed({ db }: { db: Db }, origin: string, actor: Actor | null): Promise<boolean> {
  if (actor !== null && actor.kind !== 'customer') return false;
  const { rows } = await db.pool.query<{ allowed: boolean }>({
    name: 'is_origin_allowed',
    text: `
      select exists (
        select 1
        from application
        where $1::text = any (origins)
        and ($2::text is null or id = $2::text)
      ) as allowed`,
    values: [origin, actor === null ? null : actor.applicationId],
  });
  return rows[0]!.allowed;
}
