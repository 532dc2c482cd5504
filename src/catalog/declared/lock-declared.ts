import { notFound } from '../../base/errors.ts';
import type { DeclaredProvider as DeclaredRow } from '../../db/generated/client.ts';
import type { Tx } from '../../db/index.ts';

/** A declared provider of the application, locked for the transaction. */
export async function lockDeclared(tx: Tx, applicationId: string, name: string): Promise<DeclaredRow> {
  await tx.$queryRaw`
    select name
    from declared_provider
    where application_id = ${applicationId}::text and name = ${name}::text
    for update`;
  const row = await tx.declaredProvider.findUnique({ where: { applicationId_name: { applicationId, name } } });
  if (row === null) throw notFound('declared provider', name);
  return row;
}
