import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { type ApiKey, shownApiKey } from './api-key.ts';
import { audit } from './audit.ts';

const RevokeApiKey = z.strictObject({ apiKeyId: idInput });
export type RevokeApiKey = z.input<typeof RevokeApiKey>;

/** Ends a key at once and for good. Revoking twice changes nothing. */
export async function revokeApiKey({ ctx, input }: Args<RevokeApiKey>): Promise<ApiKey> {
  const { applicationId } = requireScope(ctx.actor, 'api_keys:write');
  const { apiKeyId } = RevokeApiKey.parse(input);
  return withTransaction(ctx, async (tx) => {
    const { count } = await tx.apiKey.updateMany({
      where: { applicationId, id: apiKeyId, revokedAt: null },
      data: { revokedAt: ctx.clock.now() },
    });
    const key = await tx.apiKey.findUnique({ where: { applicationId_id: { applicationId, id: apiKeyId } } });
    if (!key) throw notFound('API key', apiKeyId);
    if (count > 0) await audit(tx, ctx, { applicationId, action: 'api_key.revoked', target: apiKeyId });
    return shownApiKey(key);
  });
}
