import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit } from '../tenancy/index.ts';
import type { WebhooksCtx } from './context.ts';
import { findEndpoint, viewEndpoint, type WebhookEndpoint } from './endpoint.ts';
import { sealPreviousSecret, sealSecret } from './secrets.ts';
import { newSecret } from './signature.ts';

const RotateWebhookSecret = z.strictObject({ webhookEndpointId: idInput });
export type RotateWebhookSecret = z.input<typeof RotateWebhookSecret>;

/** The time that receivers have to change over: messages carry both signatures meanwhile. */
const bothSecretsMs = 24 * 60 * 60 * 1000;

export async function rotateWebhookSecret({
  ctx,
  input,
}: Args<RotateWebhookSecret, WebhooksCtx>): Promise<{ endpoint: WebhookEndpoint; secret: string }> {
  const { applicationId } = requireScope(ctx.actor, 'webhooks:write');
  const { webhookEndpointId: id } = RotateWebhookSecret.parse(input);
  return withTransaction(ctx, async (tx) => {
    // Two rotations at once would both keep the same secret as the one before.
    await tx.$queryRaw`select 1 from webhook_endpoint where application_id = ${applicationId}::text and id = ${id}::text for update`;
    const { secretSealed } = await findEndpoint(tx, applicationId, id);
    const secret = newSecret();
    const now = ctx.clock.now();
    const row = await tx.webhookEndpoint.update({
      where: { id, applicationId },
      data: {
        ...sealSecret(ctx.vault, id, secret),
        ...sealPreviousSecret(ctx.vault, id, secretSealed),
        previousSecretUntil: new Date(now.getTime() + bothSecretsMs),
        version: { increment: 1 },
        updatedAt: now,
      },
    });
    await audit(tx, ctx, { applicationId, action: 'webhook_endpoint.secret_rotated', target: id });
    return { endpoint: viewEndpoint(row), secret };
  });
}
