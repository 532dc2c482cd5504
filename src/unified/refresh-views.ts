import type { HubCtx } from '../hub/context.ts';

/**
 * Behind a change of what an application has declared: its SQL views follow, in all destinations. Whoever declares does not wait for them;
 * a destination that does not answer is brought up to date when it is opened next.
 */
export function refreshViews(ctx: Pick<HubCtx, 'db' | 'hubs' | 'log'>, applicationId: string): void {
  refreshAll(ctx, applicationId).catch((error: unknown) =>
    ctx.log.warn({ application_id: applicationId, err: error }, 'the views of unified models could not be looked at'),
  );
}

async function refreshAll({ db, hubs, log }: Pick<HubCtx, 'db' | 'hubs' | 'log'>, applicationId: string): Promise<void> {
  for (const destination of await db.prisma.destination.findMany({ where: { applicationId }, orderBy: { id: 'asc' } })) {
    try {
      await (await hubs.open(destination)).refreshUnifiedViews();
    } catch (error) {
      log.warn({ destination_id: destination.id, err: error }, 'the views of unified models could not be looked at');
    }
  }
}
