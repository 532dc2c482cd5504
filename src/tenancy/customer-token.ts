import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { customerTokenScopes } from '../base/actor.ts';
import type { Clock } from '../base/clock.ts';
import type { TokenKeys } from './token-keys.ts';

export const tokenAlgorithm = 'HS256';
export const tokenIssuer = 'syncline';
export const tokenAudience = 'syncline-api';
export const tokenSecondsMax = 3600;
/** Clocks of our own servers may differ by this much. */
const clockToleranceSeconds = 5;

/** `born`: when the customer was made, in milliseconds. A later customer of the same id is somebody else. */
const Claims = z.object({ app: z.string(), sub: z.string(), born: z.int(), scope: z.string() });

export interface VerifiedToken {
  applicationId: string;
  customerId: string;
  customerCreatedAt: Date;
  scopes: (typeof customerTokenScopes)[number][];
}

/** What a token says, or null when it is not ours, was changed, or has ended. */
export async function verifyCustomerToken(
  token: string,
  { tokenKeys, clock }: { tokenKeys: TokenKeys; clock: Clock },
): Promise<VerifiedToken | null> {
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const key = kid === undefined ? undefined : tokenKeys.byId.get(kid);
        if (!key) throw new errors.JWSInvalid('unknown key id');
        return key.secret;
      },
      {
        algorithms: [tokenAlgorithm],
        issuer: tokenIssuer,
        audience: tokenAudience,
        requiredClaims: ['exp', 'iat', 'sub'],
        maxTokenAge: tokenSecondsMax,
        clockTolerance: clockToleranceSeconds,
        currentDate: clock.now(),
      },
    );
    const { app, sub, born, scope } = Claims.parse(payload);
    const granted = new Set(scope.split(' '));
    return {
      applicationId: app,
      customerId: sub,
      customerCreatedAt: new Date(born),
      scopes: customerTokenScopes.filter((known) => granted.has(known)),
    };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
