import { z } from 'zod';
import { requireScope } from '../../base/actor.ts';
import { type Page, pageById, pageInput } from '../../base/list.ts';
import type { Args } from '../../db/index.ts';
import { parseInput } from '../input.ts';
import { type AlertKind, alertKinds } from './conditions.ts';

const ListAlerts = z.strictObject({ ...pageInput, isOpen: z.boolean().optional(), kind: z.enum(alertKinds).optional() });
export type ListAlerts = z.input<typeof ListAlerts>;

export interface Alert {
  id: string;
  kind: AlertKind;
  /** The sync; of `needs_reauth` the connection, of `destination_unavailable` the destination. */
  subject: string;
  /** null: it is about no customer's in particular. */
  customerId: string | null;
  connectionId: string | null;
  detail: Record<string, string | number | null>;
  raisedAt: Date;
  recoveredAt: Date | null;
}

/** What was, or is, not as it should be, newest first. */
export async function listAlerts({ ctx, input }: Args<ListAlerts>): Promise<Page<Alert>> {
  const { applicationId } = requireScope(ctx.actor, 'events:read');
  const { isOpen, kind, ...paging } = parseInput(ListAlerts, input);
  const page = await pageById(
    paging,
    ({ after, take }) =>
      ctx.db.prisma.alert.findMany({
        where: {
          applicationId,
          ...(kind === undefined ? {} : { kind }),
          ...(isOpen === undefined ? {} : { recoveredAt: isOpen ? null : { not: null } }),
          ...(after === null ? {} : { id: { lt: after } }),
        },
        orderBy: { id: 'desc' },
        take,
      }),
    (row) => row.id,
  );
  return {
    ...page,
    data: page.data.map(({ id, kind, subject, detail, raisedAt, recoveredAt }) => {
      const { customer_id: customerId, connection_id: connectionId, ...rest } = detail as Record<string, string | null>;
      return {
        id,
        kind: kind as AlertKind,
        subject,
        customerId: customerId ?? null,
        connectionId: connectionId ?? null,
        detail: rest,
        raisedAt,
        recoveredAt,
      };
    }),
  };
}
