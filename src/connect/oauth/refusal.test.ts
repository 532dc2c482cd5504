import { expect, test } from 'vitest';
import type { OAuth2Auth } from '../../kit/index.ts';
import { meaningOfRefusal, OAuthRefusal, type RefusalMeaning } from './refusal.ts';

const auth: OAuth2Auth = {
  kind: 'oauth2',
  authorizeUrl: 'https://x.test/authorize',
  tokenUrl: 'https://x.test/token',
  issuer: 'https://x.test',
  scopes: { default: [], separator: ' ' },
  defaultExpiresInSeconds: null,
};

test.each<[string, string[] | undefined, RefusalMeaning]>([
  ['invalid_grant', undefined, 'grant_ended'],
  ['BAD_REFRESH_TOKEN', ['invalid_grant', 'BAD_REFRESH_TOKEN'], 'grant_ended'],
  ['BAD_REFRESH_TOKEN', undefined, 'other'],
  ['invalid_client', undefined, 'client_refused'],
  ['invalid_client_id', undefined, 'client_refused'],
  ['unauthorized_client', undefined, 'client_refused'],
  ['invalid_request', undefined, 'other'],
  ['temporarily_unavailable', undefined, 'other'],
])('%s with the ended-grant list %j means %s', (error, endedGrantErrors, meaning) => {
  expect(meaningOfRefusal(new OAuthRefusal(error, undefined), { ...auth, ...(endedGrantErrors && { endedGrantErrors }) })).toBe(meaning);
});
