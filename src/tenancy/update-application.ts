import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { nameCharsMax, text } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { alertRulesInput, alertRulesOf } from './alert-rules.ts';
import { type Application, shownApplication } from './application.ts';
import { audit } from './audit.ts';
import { originsInput, returnUrlsInput } from './urls.ts';

const UpdateApplication = z.strictObject({
  name: text(nameCharsMax).optional(),
  returnUrls: returnUrlsInput.optional(),
  origins: originsInput.optional(),
  alertRules: alertRulesInput.optional(),
});
export type UpdateApplication = z.input<typeof UpdateApplication>;

/** Changes the caller's own application. Lists are replaced whole; what is left out stays. */
export async function updateApplication({ ctx, input }: Args<UpdateApplication>): Promise<Application> {
  const { applicationId } = requireScope(ctx.actor, 'application:write');
  const { name, returnUrls, origins, alertRules } = UpdateApplication.parse(input);
  return withTransaction(ctx, async (tx) => {
    const before = await tx.application.findUniqueOrThrow({ where: { id: applicationId } });
    const application = await tx.application.update({
      where: { id: applicationId },
      data: {
        ...(name === undefined ? {} : { name }),
        ...(returnUrls === undefined ? {} : { returnUrls }),
        ...(origins === undefined ? {} : { origins }),
        ...(alertRules === undefined ? {} : { alertRules: { ...alertRulesOf(before.alertRules), ...without(alertRules) } }),
      },
    });
    await audit(tx, ctx, { applicationId, action: 'application.updated', target: applicationId });
    return shownApplication(application);
  });
}

/** Left out is not the same as null, which turns a rule off. */
function without<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
}
