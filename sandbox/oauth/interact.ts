import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { readBody } from '../http.ts';
import { isAccountName } from '../world.ts';
import type { OAuthServerOptions } from './options.ts';
import { consentPage } from './page.ts';

interface Interaction {
  provider: Provider;
  options: OAuthServerOptions;
  request: IncomingMessage;
  response: ServerResponse;
}

/** The log-in page: GET shows it, POST takes the account's name and the decision. */
export async function interact({ provider, options, request, response }: Interaction): Promise<void> {
  const { params, jti, session } = await provider.interactionDetails(request, response);
  const show = (status: number, account: string, problem: string | null) => {
    const asked = String(params.scope ?? '').split(' ');
    const action = `${mountOfRequest(request)}/interaction/${jti}`;
    const html = consentPage({ title: options.title, client: String(params.client_id), scopes: asked, account, action, problem });
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
  };
  if (request.method !== 'POST') return show(200, String(params.login_hint ?? options.proposedAccount), null);

  const form = new URLSearchParams(await readBody(request));
  const account = (form.get('account') ?? '').trim();
  if (form.get('decision') === 'deny') {
    const denied = { error: 'access_denied', error_description: 'The user denied the request.' };
    return provider.interactionFinished(request, response, denied, { mergeWithLastSubmission: false });
  }
  if (!isAccountName(account)) return show(400, account, 'An account name has letters, digits, dots, hyphens and underscores.');
  options.world.account(options.dialect, account);
  const grant = new provider.Grant({ accountId: account, clientId: String(params.client_id) });
  grant.addOIDCScope(String(params.scope));
  const grantId = await grant.save();
  const result = { login: { accountId: account, remember: false }, consent: { grantId } };
  const resume = await provider.interactionResult(request, response, result);
  if (session) await leaveOtherAccount(provider, session.uid, account);
  response.writeHead(303, { location: resume, 'cache-control': 'no-store' }).end();
}

/**
 * One browser connects several accounts in a row: without this, oidc-provider asks to end the session of the account before, at an
 * address that it serves only where clients may log out (seen with 9.13). The result is saved before: it belongs to that session.
 */
async function leaveOtherAccount(provider: Provider, sessionUid: string, account: string): Promise<void> {
  const session = await provider.Session.findByUid(sessionUid);
  if (session?.accountId === undefined || session.accountId === account) return;
  Object.assign(session, { accountId: undefined, authorizations: undefined });
  await session.persist();
}

/** The server strips the dialect's prefix from the URL and keeps it here. */
export function mountOfRequest(request: IncomingMessage): string {
  return (request as { mount?: string }).mount ?? '';
}
