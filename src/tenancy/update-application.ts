import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { nameCharsMax, text } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { type Application, shownApplication } from './application.ts';
import { audit } from './audit.ts';
import { originsInput, returnUrlsInput } from './urls.ts';

const UpdateApplication = z.strictObject({
  name: text(nameCharsMax).optional(),
  returnUrls: returnUrlsInput.optional(),
  origins: originsInput.optional(),
});
export type UpdateApplication = z.input<typeof UpdateApplication>;

/** Changes the caller's own application. Lists are replaced whole; what is left out stays. */
export async function updateApplication({ ctx, input }: Args<UpdateApplication>): Promise<Application> {
  const { applicationId } = requireScope(ctx.actor, 'application:write');
  const { name, returnUrls, origins } = UpdateApplication.parse(input);
  return withTransaction(ctx, async (tx) => {
    const application = await tx.application.update({
      where: { id: applicationId },
      data: {
        ...(name === undefined ? {} : { name }),
        ...(returnUrls === undefined ? {} : { returnUrls }),
        ...(origins === undefined ? {} : { origins }),
      },
    });
    await audit(tx, ctx, { applicationId, action: 'application.updated', target: applicationId });
    return shownApplication(application);
  });
}
