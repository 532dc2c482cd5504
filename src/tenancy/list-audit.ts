import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import type { Args } from '../db/index.ts';

const ListAudit = z.strictObject(pageInput);
export type ListAudit = z.input<typeof ListAudit>;

export interface AuditEntry {
  id: string;
  actor: string;
  action: string;
  target: string;
  createdAt: Date;
}

/** The application's audit, newest first. */
export async function listAudit({ ctx, input }: Args<ListAudit>): Promise<Page<AuditEntry>> {
  const { applicationId } = requireScope(ctx.actor, 'audit:read');
  return pageById(
    ListAudit.parse(input),
    ({ after, take }) =>
      ctx.db.prisma.auditEntry.findMany({
        where: { applicationId, ...(after === null ? {} : { id: { lt: after } }) },
        omit: { applicationId: true },
        orderBy: { id: 'desc' },
        take,
      }),
    (entry) => entry.id,
  );
}
