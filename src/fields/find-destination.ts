import { notFound } from '../base/errors.ts';
import type { Destination } from '../db/generated/client.ts';
import type { Ctx } from '../db/index.ts';

interface Wanted {
  applicationId: string;
  destinationId?: string | undefined;
  /** Whose records; absent: any. */
  provider?: string | undefined;
}

/** The destination that is named; without a name the one that the provider's records land in, or the hosted one. */
export async function findFieldsDestination({ db }: Pick<Ctx, 'db'>, wanted: Wanted): Promise<Destination> {
  const { applicationId, destinationId, provider } = wanted;
  if (destinationId !== undefined) {
    const named = await db.prisma.destination.findUnique({ where: { applicationId_id: { applicationId, id: destinationId } } });
    if (!named) throw notFound('destination', destinationId);
    return named;
  }
  const order =
    provider === undefined
      ? null
      : await db.prisma.syncConfig.findFirst({
          where: { applicationId, provider },
          orderBy: { id: 'asc' },
          select: { destinationId: true },
        });
  const found = await db.prisma.destination.findFirst({
    where: { applicationId, ...(order ? { id: order.destinationId } : { kind: 'hosted' }) },
    orderBy: { id: 'asc' },
  });
  if (!found) throw notFound('destination', 'hosted');
  return found;
}
