import { z } from 'zod';
import { type Actor, requireScope, type Scope, scopes } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { nameCharsMax, text } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { type NewApiKey, newApiKey } from './api-key.ts';
import { audit } from './audit.ts';

const CreateApiKey = z.strictObject({
  name: text(nameCharsMax),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
});
export type CreateApiKey = z.input<typeof CreateApiKey>;

/** A further key of the caller's application; its text is in this answer and nowhere else. */
export async function createApiKey({ ctx, input }: Args<CreateApiKey>): Promise<NewApiKey> {
  const { applicationId } = requireScope(ctx.actor, 'api_keys:write');
  const given = CreateApiKey.parse(input);
  requireGrantable(ctx.actor, given.scopes);
  const createdAt = ctx.clock.now();
  return withTransaction(ctx, async (tx) => {
    const key = await newApiKey(tx, { applicationId, name: given.name, scopes: [...new Set(given.scopes)], createdAt });
    await audit(tx, ctx, { applicationId, action: 'api_key.created', target: key.id });
    return key;
  });
}

/** Nobody gives more than they have: otherwise `api_keys:write` would be `all`. */
function requireGrantable(actor: Actor, wanted: readonly Scope[]): void {
  if (actor.kind !== 'api_key' || actor.scopes.includes('all')) return;
  const missing = wanted.filter((scope) => !actor.scopes.includes(scope));
  if (missing.length > 0)
    throw new AppError('scope_missing', `This API key cannot give scopes that it does not have itself: ${missing.join(', ')}.`);
}
