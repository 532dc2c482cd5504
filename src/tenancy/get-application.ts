import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import type { Args } from '../db/index.ts';
import { type Application, shownApplication } from './application.ts';

/** The caller's own application. A person at the command line may name one that does not exist. */
export async function getApplication({ ctx }: Pick<Args, 'ctx'>): Promise<Application> {
  const { applicationId } = requireScope(ctx.actor, 'application:read');
  const row = await ctx.db.prisma.application.findUnique({ where: { id: applicationId } });
  if (!row) throw notFound('application', applicationId);
  return shownApplication(row);
}
