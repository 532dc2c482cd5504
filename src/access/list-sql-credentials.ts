import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { customerIdInput, idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { AccessCtx } from './context.ts';
import { type SqlCredential, shownCredential } from './sql-credential.ts';

const ListSqlCredentials = z.strictObject({ ...pageInput, destinationId: idInput.optional(), customerId: customerIdInput.optional() });
export type ListSqlCredentials = z.input<typeof ListSqlCredentials>;

/** Those that have not been revoked, oldest first. */
export async function listSqlCredentials({ ctx, input }: Args<ListSqlCredentials, AccessCtx>): Promise<Page<SqlCredential>> {
  const { applicationId } = requireScope(ctx.actor, 'sql_credentials:read');
  const { destinationId, customerId, ...paging } = ListSqlCredentials.parse(input);
  const page = await pageById(
    paging,
    ({ after, take }) =>
      ctx.db.prisma.sqlCredential.findMany({
        where: {
          applicationId,
          revokedAt: null,
          ...(destinationId === undefined ? {} : { destinationId }),
          ...(customerId === undefined ? {} : { customerId }),
          ...(after === null ? {} : { id: { gt: after } }),
        },
        include: { destination: true },
        orderBy: { id: 'asc' },
        take,
      }),
    (row) => row.id,
  );
  return { ...page, data: page.data.map((row) => shownCredential(ctx, row)) };
}
