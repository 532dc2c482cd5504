import { type Answer, jsonAnswer } from '../http.ts';
import type { TokenAnswer } from '../oauth/options.ts';
import { seedOf } from '../random.ts';
import type { Account } from '../world.ts';
import { userId, withSuffix } from './ids.ts';

/** An organisation's id, made from its name. */
function organisationId(account: Account): string {
  return withSuffix(`00D4S00000${seedOf(account.name).toString(36).slice(0, 5).padStart(5, '0')}`);
}

/** No expires_in; the instance's URL; a refresh token only when it is new. */
export function tokenAnswer(account: Account, answer: TokenAnswer, grantType: string): TokenAnswer {
  const hasNewRefreshToken = grantType === 'authorization_code' || account.settings.rotatesRefreshTokens;
  return {
    access_token: answer.access_token,
    ...(hasNewRefreshToken && answer.refresh_token ? { refresh_token: answer.refresh_token } : {}),
    signature: 'c2ltdWxhdGVkLXNpZ25hdHVyZQ==',
    scope: answer.scope,
    ...(answer.id_token ? { id_token: answer.id_token } : {}),
    instance_url: `https://${account.name}.my.salesforce.com`,
    id: `https://login.salesforce.com/id/${organisationId(account)}/${userId}`,
    token_type: 'Bearer',
    issued_at: String(account.now()),
  };
}

export function tokenProblem(error: string, description: string, grantType: string): Record<string, unknown> {
  if (error === 'invalid_grant' && grantType === 'refresh_token') return { error, error_description: 'expired access/refresh token' };
  if (error === 'invalid_grant') return { error, error_description: 'invalid authorization code' };
  if (error === 'invalid_client') return { error, error_description: 'invalid client credentials' };
  return { error, error_description: description };
}

/** GET /services/oauth2/userinfo, and the identity URL of the token answer. */
export function userInfo(account: Account): Answer {
  const organisation = organisationId(account);
  return jsonAnswer(200, {
    sub: `https://login.salesforce.com/id/${organisation}/${userId}`,
    user_id: userId,
    organization_id: organisation,
    preferred_username: `admin@${account.name}.example.com`,
    nickname: 'admin',
    name: `${account.name} administrator`,
    email: `admin@${account.name}.example.com`,
    active: true,
    urls: { custom_domain: `https://${account.name}.my.salesforce.com` },
  });
}
