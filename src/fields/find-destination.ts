import { notFound } from '../base/errors.ts';
import type { Destination } from '../db/generated/client.ts';
import type { Ctx } from '../db/index.ts';
import { isRead } from '../hub/find-destination.ts';
import { refuseAmbiguous } from '../hub/refuse-ambiguous.ts';

interface Wanted {
  applicationId: string;
  destinationId?: string | undefined;
  /** Whose fields; absent: of no object. */
  records?: { provider: string; readObject: string };
}

/** The destination that is named; without a name the one that the object's records are meant for, or the hosted one where none is. */
export async function findFieldsDestination(ctx: Pick<Ctx, 'db'>, wanted: Wanted): Promise<Destination> {
  const { applicationId, destinationId, records } = wanted;
  if (destinationId !== undefined) {
    const named = await ctx.db.prisma.destination.findUnique({ where: { applicationId_id: { applicationId, id: destinationId } } });
    if (!named) throw notFound('destination', destinationId);
    return named;
  }
  const landing = records ? await findLanding(ctx, { applicationId, ...records }) : [];
  refuseAmbiguous('object', { landing, named: destinationId, each: 'Each has fields of its own.' });
  const found = await ctx.db.prisma.destination.findFirst({
    where: { applicationId, ...(landing.length > 0 ? { id: landing[0]! } : { kind: 'hosted' }) },
    orderBy: { id: 'asc' },
  });
  if (!found) throw notFound('destination', 'hosted');
  return found;
}

/** A field is declared before the first record comes, or while the last ones are still where they were: what is ordered counts as well. */
async function findLanding({ db }: Pick<Ctx, 'db'>, { applicationId, provider, readObject }: Required<Wanted>['records'] & Wanted) {
  const { rows } = await db.pool.query<{ id: string }>({
    name: 'find_landing_of_fields',
    text: landing,
    values: [applicationId, provider, readObject],
  });
  return rows.map(({ id }) => id);
}

/** In the order of the index on syncs, as `find-destination.ts` of the hub asks. */
const landing = `
  select d.id
  from destination d
  where d.application_id = $1::text
    and (exists (
           select from sync_config c
           where c.application_id = d.application_id and c.destination_id = d.id and c.provider = $2::text
             and c.objects @> jsonb_build_array(jsonb_build_object('object', $3::text)))
         or (select true from sync s
             where s.destination_id = d.id and s.provider = $2::text and s.object = $3::text and ${isRead}
             order by s.complete_as_of limit 1) is not null)
  order by d.created_at, d.id`;
