import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { AccessCtx } from './context.ts';
import { scramVerifier } from './scram.ts';
import { findCredential, type NewSqlCredential, newPassword, shownCredential } from './sql-credential.ts';

const RotateSqlCredential = z.strictObject({ sqlCredentialId: idInput });
export type RotateSqlCredential = z.input<typeof RotateSqlCredential>;

/** Another password for the same role; the one before ends at once. */
export async function rotateSqlCredential({ ctx, input }: Args<RotateSqlCredential, AccessCtx>): Promise<NewSqlCredential> {
  const { applicationId } = requireScope(ctx.actor, 'sql_credentials:write');
  const { sqlCredentialId } = RotateSqlCredential.parse(input);
  const { destination, role } = await findCredential(ctx, applicationId, sqlCredentialId);
  const password = newPassword();
  const hub = await ctx.hubs.open(destination);
  await hub.rotateReader({ role, verifier: scramVerifier(password) });
  const row = await withTransaction(ctx, async (tx) => {
    await audit(tx, ctx, { applicationId, action: 'sql_credential.rotated', target: sqlCredentialId });
    return tx.sqlCredential.update({
      where: { applicationId_id: { applicationId, id: sqlCredentialId } },
      data: { rotatedAt: ctx.clock.now() },
      include: { destination: true },
    });
  });
  return { ...shownCredential(ctx, row), password };
}
