import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts';
import { caller, client, type Dialect, logIn, refresh, requestToken, tokensFor } from './support.ts';

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const names: Dialect[] = ['sandbox', 'hubspot', 'salesforce', 'pipedrive', 'stripe'];
const anyPath: Record<Dialect, string> = {
  sandbox: 'https://sandbox.test/crm/v1/account',
  hubspot: 'https://api.hubapi.com/account-info/v3/details',
  salesforce: 'https://flow.my.salesforce.com/services/oauth2/userinfo',
  pipedrive: 'https://flow.pipedrive.com/api/v1/users/me',
  stripe: 'https://api.stripe.com/v1/account',
};

describe.each(names)('the OAuth server of %s', (dialect) => {
  it('gives a customer who allows it tokens for the account that was typed', async () => {
    const { callback, exchange } = await logIn(sandbox, { dialect, account: 'flow' });
    expect(callback.searchParams.get('state')).toBe('state-1');
    const { status, body } = await exchange();
    expect(status).toBe(200);
    const answer = await caller(sandbox, body.access_token)(anyPath[dialect]);
    expect(answer.status).toBe(200);
    expect(await sandbox.control.accounts()).toContainEqual({ dialect, name: 'flow' });
  });

  it('hands a refusal of the customer to the callback', async () => {
    const { callback } = await logIn(sandbox, { dialect, account: 'flow', decision: 'deny' });
    expect(callback.searchParams.get('error')).toBe('access_denied');
    expect(callback.searchParams.get('code')).toBeNull();
  });

  it('refuses a wrong PKCE verifier and a code used twice', async () => {
    const wrong = await logIn(sandbox, { dialect, account: 'flow' });
    expect((await wrong.exchange({ code_verifier: 'x'.repeat(43) })).body.error).toBe('invalid_grant');
    const twice = await logIn(sandbox, { dialect, account: 'flow' });
    expect((await twice.exchange()).status).toBe(200);
    expect((await twice.exchange()).body.error).toBe('invalid_grant');
  });

  it('refuses a wrong client secret with invalid_client', async () => {
    const { exchange } = await logIn(sandbox, { dialect, account: 'flow' });
    const { status, body } = await exchange({ client_secret: 'wrong' });
    expect([status >= 400, body.error]).toEqual([true, 'invalid_client']);
  });

  it('refreshes, and counts refreshes per account', async () => {
    const account = `refresh-${dialect}`;
    const tokens = await tokensFor(sandbox, dialect, account);
    const { status, body } = await refresh(sandbox, dialect, tokens.refresh_token);
    expect(status).toBe(200);
    expect(body.access_token).not.toBe(tokens.access_token);
    expect(await sandbox.control.tokens({ dialect, account })).toMatchObject({ issued: 1, refreshed: 1, refreshAttempts: 1 });
  });

  it('answers invalid_grant once the customer took the permission back', async () => {
    const tokens = await tokensFor(sandbox, dialect, 'ended');
    await sandbox.control.endGrants({ dialect, account: 'ended' });
    expect((await refresh(sandbox, dialect, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await caller(sandbox, tokens.access_token)(anyPath[dialect])).status).toBe(401);
  });

  it('expires access tokens on command while the refresh token goes on', async () => {
    const tokens = await tokensFor(sandbox, dialect, 'flow');
    await sandbox.control.expireTokens({ dialect, account: 'flow' });
    expect((await caller(sandbox, tokens.access_token)(anyPath[dialect])).status).toBe(401);
    const renewed = await refresh(sandbox, dialect, tokens.refresh_token);
    expect((await caller(sandbox, renewed.body.access_token)(anyPath[dialect])).status).toBe(200);
  });

  it('rotates refresh tokens as the account is told to', async () => {
    const account = `rotation-${dialect}`;
    await sandbox.control.configure({ dialect, account, rotatesRefreshTokens: true });
    const first = await tokensFor(sandbox, dialect, account);
    const second = (await refresh(sandbox, dialect, first.refresh_token)).body;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    // Using the old one again ends the whole grant.
    expect((await refresh(sandbox, dialect, first.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(sandbox, dialect, second.refresh_token)).body.error).toBe('invalid_grant');
    await sandbox.control.configure({ dialect, account, rotatesRefreshTokens: false });
    const third = await tokensFor(sandbox, dialect, account);
    expect((await refresh(sandbox, dialect, third.refresh_token)).status).toBe(200);
    expect((await refresh(sandbox, dialect, third.refresh_token)).status).toBe(200);
  });

  it('lets access tokens end after the seconds it is told', async () => {
    const account = `short-${dialect}`;
    await sandbox.control.configure({ dialect, account, accessTokenSeconds: 1 });
    const tokens = await tokensFor(sandbox, dialect, account);
    const call = caller(sandbox, tokens.access_token);
    await expect
      .poll(async () => (await call(anyPath[dialect].replace('flow', account))).status, { timeout: 30_000, interval: 200 })
      .toBe(401);
  });

  it('fails at the token endpoint on command', async () => {
    const tokens = await tokensFor(sandbox, dialect, 'down');
    const match = { dialect, account: 'down', endpoint: 'token' as const };
    await sandbox.control.fault({ match, fault: { kind: 'server_error', status: 503 } });
    await sandbox.control.fault({ match, fault: { kind: 'token_error', error: 'invalid_grant' } });
    await sandbox.control.fault({ match, fault: { kind: 'cut' } });
    expect((await refresh(sandbox, dialect, tokens.refresh_token)).status).toBe(503);
    expect((await refresh(sandbox, dialect, tokens.refresh_token)).body.error).toBe('invalid_grant');
    await expect(refresh(sandbox, dialect, tokens.refresh_token)).rejects.toThrow('fetch failed');
    expect((await refresh(sandbox, dialect, tokens.refresh_token)).status).toBe(200);
    expect(await sandbox.control.tokens({ dialect, account: 'down' })).toMatchObject({ refreshed: 1, refreshAttempts: 4 });
  });
});

describe('a refresh whose answer is late or lost', () => {
  it('is processed all the same: the rotated token is the only good one', async () => {
    const first = await tokensFor(sandbox, 'sandbox', 'lost');
    const match = { account: 'lost', endpoint: 'token' as const };
    await sandbox.control.fault({ match, fault: { kind: 'slow', delayMs: 300, at: 'after' } });
    const started = performance.now();
    const second = await refresh(sandbox, 'sandbox', first.refresh_token);
    expect([second.status, performance.now() - started > 290]).toEqual([200, true]);
    await sandbox.control.fault({ match, fault: { kind: 'cut', at: 'processed' } });
    await expect(refresh(sandbox, 'sandbox', second.body.refresh_token)).rejects.toThrow('fetch failed');
    expect(await sandbox.control.tokens({ account: 'lost' })).toMatchObject({ refreshed: 2 });
    expect((await refresh(sandbox, 'sandbox', second.body.refresh_token)).body.error).toBe('invalid_grant');
  });
});

describe('what the dialects differ in', () => {
  it('our own names the issuer in the callback (RFC 9207), the others do not', async () => {
    const issuers = await Promise.all(
      names.map(async (dialect) => (await logIn(sandbox, { dialect, account: 'flow' })).callback.searchParams.get('iss')),
    );
    expect(issuers).toEqual(['https://sandbox.test', ...names.slice(1).map(() => null)]);
  });

  it('Salesforce gives instance_url, id, issued_at and signature, and no expires_in', async () => {
    const first = await tokensFor(sandbox, 'salesforce', 'acme-dev-ed');
    expect(Object.keys(first).sort()).toEqual([
      'access_token',
      'id',
      'instance_url',
      'issued_at',
      'refresh_token',
      'scope',
      'signature',
      'token_type',
    ]);
    expect(first.instance_url).toBe('https://acme-dev-ed.my.salesforce.com');
    const { body } = await refresh(sandbox, 'salesforce', first.refresh_token);
    expect(body).not.toHaveProperty('refresh_token');
  });

  it('HubSpot gives 30 minutes by both of its token paths, and its own words beside the refusal', async () => {
    const tokens = await tokensFor(sandbox, 'hubspot', '7974676');
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 1800 });
    const old = await fetch(`${sandbox.url}/hubspot/oauth/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...client }),
    });
    expect(old.status).toBe(200);
    const { status, body } = await refresh(sandbox, 'hubspot', 'unknown');
    expect([status, body.status, body.message]).toEqual([400, 'BAD_REFRESH_TOKEN', 'missing or invalid refresh token']);
  });

  it('HubSpot finds the portal by its number', async () => {
    const tokens = await tokensFor(sandbox, 'hubspot', '7974676');
    expect((await caller(sandbox, tokens.access_token)(anyPath.hubspot)).body.portalId).toBe(7974676);
  });

  it('Salesforce refuses a session at another instance', async () => {
    const tokens = await tokensFor(sandbox, 'salesforce', 'here');
    const call = caller(sandbox, tokens.access_token);
    expect((await call('https://here.my.salesforce.com/services/oauth2/userinfo')).status).toBe(200);
    expect((await call('https://there.my.salesforce.com/services/oauth2/userinfo')).status).toBe(401);
  });

  it('a registered client works, an unknown one and a foreign redirect target do not', async () => {
    await sandbox.control.registerClient({ clientId: 'vendor', clientSecret: 'vendor-secret' });
    const vendor = { client_id: 'vendor', client_secret: 'vendor-secret' };
    const { exchange } = await logIn(sandbox, { dialect: 'sandbox', account: 'flow', client: vendor });
    expect((await exchange()).status).toBe(200);
    const authorize = (query: Record<string, string>) =>
      fetch(`${sandbox.url}/oauth/authorize?${new URLSearchParams({ response_type: 'code', ...query })}`);
    expect((await authorize({ client_id: 'stranger', redirect_uri: 'http://localhost/cb' })).status).toBe(400);
    expect((await authorize({ client_id: 'vendor', redirect_uri: 'https://evil.example/cb' })).status).toBe(400);
  });

  it('takes client credentials as Basic too, and refuses a wrong revocation of nothing', async () => {
    const tokens = await tokensFor(sandbox, 'sandbox', 'revoke');
    const basic = { authorization: `Basic ${Buffer.from('sandbox-client:sandbox-secret').toString('base64')}` };
    const revoked = await fetch(`${sandbox.url}/oauth/revoke`, {
      method: 'POST',
      headers: basic,
      body: new URLSearchParams({ token: tokens.refresh_token }),
    });
    expect(revoked.status).toBe(200);
    expect(await sandbox.control.tokens({ account: 'revoke' })).toMatchObject({ revoked: 1 });
    expect((await refresh(sandbox, 'sandbox', tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('client credentials, API keys and passwords name the account; bad ones are refused', async () => {
    const granted = await requestToken(sandbox, 'sandbox', {
      grant_type: 'client_credentials',
      client_id: 'client_box',
      client_secret: 'secret_box',
    });
    const call = (headers: Record<string, string>) => caller(sandbox, null)(anyPath.sandbox, { headers });
    expect((await caller(sandbox, granted.body.access_token)(anyPath.sandbox)).body.id).toBe('box');
    expect((await call({ 'x-api-key': 'key_box' })).body.id).toBe('box');
    expect((await call({ authorization: 'Bearer key_box' })).body.id).toBe('box');
    expect((await call({ authorization: `Basic ${Buffer.from('box:pw').toString('base64')}` })).body.id).toBe('box');
    for (const key of ['bad', 'bad_key', 'key_bad']) expect((await call({ 'x-api-key': key })).status).toBe(401);
    expect((await call({ authorization: `Basic ${Buffer.from('box:bad').toString('base64')}` })).status).toBe(401);
    const refused = await requestToken(sandbox, 'sandbox', {
      grant_type: 'client_credentials',
      client_id: 'client_box',
      client_secret: 'no',
    });
    expect(refused.body.error).toBe('invalid_client');
  });

  it('shows the log-in page again when the account name is none', async () => {
    const page = await fetch(
      `${sandbox.url}/oauth/authorize?${new URLSearchParams({ client_id: 'sandbox-client', redirect_uri: 'http://localhost/cb', response_type: 'code' })}`,
      { redirect: 'manual' },
    );
    const cookie = page.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    const target = new URL(page.headers.get('location') ?? '', sandbox.url);
    const answer = await fetch(target, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({ account: '<script>', decision: 'allow' }),
    });
    expect(answer.status).toBe(400);
    const html = await answer.text();
    expect(html).toContain('role="alert"');
    expect(html).not.toContain('<script>');
  });
});
