import { expect, test } from 'vitest';
import { normaliseTokenAnswer, type TokenDialect } from './normalise.ts';

const bearer = (rest: object = {}) => ({ access_token: 'at', token_type: 'bearer', ...rest });

test.each<[string, number, string, TokenDialect, object]>([
  [
    'a plain answer',
    200,
    '{"access_token":"at","token_type":"Bearer","expires_in":3600,"refresh_token":"rt","scope":"a b"}',
    {},
    bearer({ expires_in: 3600, refresh_token: 'rt', scope: 'a b' }),
  ],
  ['HTTP 201', 201, '{"access_token":"at","token_type":"bearer"}', {}, bearer()],
  ['token_type bot', 200, '{"ok":true,"access_token":"at","token_type":"bot"}', {}, bearer()],
  ['no token_type and no expires_in', 200, '{"access_token":"at","instance_url":"https://x.my.salesforce.com"}', {}, bearer()],
  ['refresh_token null', 200, '{"access_token":"at","refresh_token":null}', {}, bearer()],
  ['an opaque id_token', 200, '{"access_token":"at","id_token":"not a jwt"}', {}, bearer()],
  ['expires_in as text', 200, '{"access_token":"at","expires_in":"1799"}', {}, bearer({ expires_in: 1799 })],
  ['expires_in that is no number', 200, '{"access_token":"at","expires_in":"soon"}', {}, bearer()],
  ['a form body', 200, 'access_token=at&scope=repo&token_type=bearer', {}, bearer({ scope: 'repo' })],
  [
    'tokens below authed_user',
    200,
    '{"ok":true,"authed_user":{"access_token":"user","refresh_token":"rt","expires_in":43200}}',
    {
      tokenPaths: {
        accessToken: 'authed_user.access_token',
        refreshToken: 'authed_user.refresh_token',
        expiresIn: 'authed_user.expires_in',
      },
    },
    { access_token: 'user', token_type: 'bearer', refresh_token: 'rt', expires_in: 43200 },
  ],
])('a token answer with %s is read', (_what, status, text, dialect, standard) => {
  expect(normaliseTokenAnswer(status, text, dialect)).toMatchObject({ ok: true, standard });
  expect(Object.keys((normaliseTokenAnswer(status, text, dialect) as { standard: object }).standard).sort()).toEqual(
    Object.keys(standard).sort(),
  );
});

test.each<[string, number, string, string]>([
  ['a plain error', 400, '{"error":"invalid_grant","error_description":"expired"}', 'invalid_grant'],
  ['a 200 that says ok: false', 200, '{"ok":false,"error":"invalid_refresh_token"}', 'invalid_refresh_token'],
  ['a 200 with an error instead of a token', 200, 'error=bad_verification_code', 'bad_verification_code'],
  ['errorCode', 400, '{"errorCode":"INVALID_CLIENT"}', 'INVALID_CLIENT'],
  ['status', 400, '{"status":"BAD_REFRESH_TOKEN","message":"missing or invalid refresh token"}', 'BAD_REFRESH_TOKEN'],
  ['a nested error', 401, '{"error":{"code":"invalid_client","message":"no"}}', 'invalid_client'],
])('a refusal as %s is read', (_what, status, text, error) => {
  expect(normaliseTokenAnswer(status, text, {})).toMatchObject({ ok: false, error });
});

test.each<[string, number, string]>([
  ['HTML', 200, '<html>down for maintenance</html>'],
  ['nothing', 200, ''],
  ['a list', 200, '[]'],
  ['an empty token', 200, '{"access_token":""}'],
  ['a refusal without a name', 403, '{"message":"no"}'],
])('%s is neither a token nor an error', (_what, status, text) => {
  expect(normaliseTokenAnswer(status, text, {})).toBeNull();
});
