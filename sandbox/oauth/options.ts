import type { DialectName, World } from '../world.ts';

/** What one simulated SaaS's OAuth server is told about itself. */
export interface OAuthServerOptions {
  dialect: DialectName;
  title: string;
  issuer: string;
  world: World;
  /** Below the dialect's prefix. */
  paths: { authorize: string; token: string; revoke: string; userinfo: string };
  /** Other paths of the same endpoint, mapped to the one above. */
  aliases?: Record<string, string>;
  scopes: string[];
  /** Asked for when the client names none. */
  defaultScope: string;
  /** The account that the log-in page proposes. */
  proposedAccount: string;
  /** Whether the callback carries `iss` (RFC 9207). */
  sendsIssuer: boolean;
  /** The provider's own form of a token answer, and of a refusal. */
  tokenAnswer?: (answer: TokenAnswer, account: string, grantType: string) => TokenAnswer;
  tokenRefusal?: (
    refusal: { error: string; error_description?: string },
    grantType: string,
  ) => { status: number; body: Record<string, unknown> };
}

export type TokenAnswer = Record<string, unknown>;
