import { SignJWT } from 'jose';
import { z } from 'zod';
import { customerTokenScopes, requireScope } from '../base/actor.ts';
import { customerIdInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { TenancyCtx } from './context.ts';
import { requireCustomer } from './customer.ts';
import { tokenAlgorithm, tokenAudience, tokenIssuer, tokenSecondsMax } from './customer-token.ts';

const CreateCustomerToken = z.strictObject({
  customerId: customerIdInput,
  scopes: z.array(z.enum(customerTokenScopes)).min(1).max(customerTokenScopes.length).optional(),
  ttlSeconds: z.int().min(1).max(tokenSecondsMax).default(tokenSecondsMax),
});
export type CreateCustomerToken = z.input<typeof CreateCustomerToken>;

interface NewCustomerToken {
  token: string;
  customerId: string;
  scopes: (typeof customerTokenScopes)[number][];
  expiresAt: Date;
}

/** What a browser or client app of one customer holds instead of an API key. It cannot be revoked, only outlived. */
export async function createCustomerToken({ ctx, input }: Args<CreateCustomerToken, TenancyCtx>): Promise<NewCustomerToken> {
  const { applicationId } = requireScope(ctx.actor, 'customer_tokens:write');
  const { customerId, scopes = [...customerTokenScopes], ttlSeconds } = CreateCustomerToken.parse(input);
  const { createdAt } = await requireCustomer(ctx.db.prisma, applicationId, customerId);
  const issuedAt = Math.floor(ctx.clock.now().getTime() / 1000);
  const expiresAt = issuedAt + ttlSeconds;
  const { signing } = ctx.tokenKeys;
  const token = await new SignJWT({ app: applicationId, born: createdAt.getTime(), scope: scopes.join(' ') })
    .setProtectedHeader({ alg: tokenAlgorithm, kid: signing.id, typ: 'JWT' })
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setSubject(customerId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(signing.secret);
  return { token, customerId, scopes, expiresAt: new Date(expiresAt * 1000) };
}
