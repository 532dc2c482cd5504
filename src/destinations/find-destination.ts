import { notFound } from '../base/errors.ts';
import type { Tx } from '../db/index.ts';

export async function findDestinationRow(tx: Pick<Tx, 'destination'>, applicationId: string, id: string) {
  const row = await tx.destination.findUnique({ where: { applicationId_id: { applicationId, id } } });
  if (!row) throw notFound('destination', id);
  return row;
}

export type DestinationRow = Awaited<ReturnType<typeof findDestinationRow>>;
