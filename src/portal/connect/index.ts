import { readFileSync } from 'node:fs';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ZodError } from 'zod';
import { AppError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { beginAuthorization } from '../../connect/begin-authorization.ts';
import { completeAuthorization } from '../../connect/complete-authorization.ts';
import type { PublicConnectCtx } from '../../connect/context.ts';
import { type ConnectPage, getConnectPage } from '../../connect/get-connect-page.ts';
import type { ConnectOutcome } from '../../connect/outcome.ts';
import { withResult } from '../../connect/return-url.ts';
import { saveCredentialsForm } from '../../connect/save-credentials-form.ts';
import { readBrowserToken, writeBrowserToken } from './browser-cookie.ts';
import { connectPageBody, connectPageTitle, type ShownForm } from './connect-page.ts';
import { connectHeaders, respondPage } from './layout.ts';
import { customerMessage, inForm } from './messages.ts';
import { connectedPage, failedPage } from './result-page.ts';

type PagesCtx = Omit<PublicConnectCtx, 'requestId'>;
type Mode = 'page' | 'popup';

const formBytesMax = 64 * 1024;
const scriptSecondsFresh = 300;
const connectScript = readFileSync(new URL('./connect.js', import.meta.url), 'utf8');

/** The public pages of the connect flow: `/connect/{token}`, `/connect.js`, `/oauth/callback`. Mounted at the root. */
export function createConnectPages({ ctx: shared }: { ctx: PagesCtx }): Hono {
  const isSecure = shared.publicUrl.startsWith('https:');
  // Chromium checks form-action along the whole redirect chain, and the provider's sign-in may pass through any https host.
  const formTargets = ['https:', ...shared.egress.standInOrigins];
  const pages = new Hono();
  // The server that mounts the pages may have named the request already.
  const contextOf = (c: Context) => contextFor(shared, (c.var as { requestId?: string }).requestId);

  pages.get('/connect.js', (c) =>
    c.body(connectScript, 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': `public, max-age=${scriptSecondsFresh}`,
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    }),
  );

  pages.get('/connect/:token', async (c) => {
    const token = c.req.param('token');
    const page = await getConnectPage({ ctx: contextOf(c), input: { token } });
    return showForm(200, page, { token, mode: modeOf(c.req.query('mode')), entered: {}, error: null });
  });

  pages.post('/connect/:token/start', limitForm(), async (c) => {
    requireOwnPage(c);
    const token = c.req.param('token');
    const { mode, form } = await readForm(c);
    const ctx = contextOf(c);
    try {
      const input = { token, form, mode, browserToken: readBrowserToken(c, isSecure) };
      const begun = await beginAuthorization({ ctx, input });
      writeBrowserToken(c, isSecure, begun.browserToken, begun.browserSeconds);
      for (const [name, value] of Object.entries(connectHeaders)) c.header(name, value);
      return c.redirect(begun.location.href, 303);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'input_invalid') throw error;
      const page = await getConnectPage({ ctx, input: { token } });
      return showForm(error.status, page, { token, mode, entered: form, error: error.message });
    }
  });

  pages.post('/connect/:token', limitForm(), async (c) => {
    requireOwnPage(c);
    const token = c.req.param('token');
    const { mode, form } = await readForm(c);
    const ctx = contextOf(c);
    const outcome = await saveCredentialsForm({ ctx, input: { token, form, mode } });
    const message = outcome.kind === 'failed' ? customerMessage(outcome.error, outcome.context) : null;
    if (outcome.kind === 'connected' || !message?.canRetry) return showOutcome(c, outcome);
    const page = await getConnectPage({ ctx, input: { token } });
    return showForm(outcome.error.status, page, { token, mode, entered: form, error: inForm(message) });
  });

  pages.get('/oauth/callback', async (c) => {
    const query = new URL(c.req.url).search.slice(1);
    const input = { query, browserToken: readBrowserToken(c, isSecure) };
    return showOutcome(c, await completeAuthorization({ ctx: contextOf(c), input }));
  });

  pages.onError(async (error, c) => {
    const known = error instanceof ZodError ? oversized(error) : error;
    if (known instanceof AppError) return respondPage(known.status, failedPage(customerMessage(known, null), null));
    const { log, requestId } = contextOf(c);
    log.error({ err: error }, 'a connect page failed');
    const text = `Something went wrong on our side. Please try again later. (${requestId})`;
    return respondPage(500, failedPage({ title: 'This did not work', text, canRetry: false }, null));
  });

  function showForm(status: number, page: ConnectPage, form: ShownForm): Promise<Response> {
    return respondPage(status, { title: connectPageTitle(page), body: connectPageBody(page, form), formTargets });
  }

  return pages;
}

/** Links, cookies and fields of ours are short: what goes beyond the bounds of the verbs was made by somebody else. */
function oversized(cause: ZodError): AppError {
  return new AppError('input_invalid', 'This request is longer than any of this page. Open the connect link again.', { cause });
}

function contextFor(shared: PagesCtx, given: string | undefined): PublicConnectCtx {
  const requestId = given ?? newId('req', shared.clock.now());
  return { ...shared, requestId, log: shared.log.child({ request_id: requestId }) };
}

function showOutcome(c: Context, outcome: ConnectOutcome): Promise<Response> | Response {
  if (outcome.kind === 'failed') {
    const message = customerMessage(outcome.error, outcome.context);
    return respondPage(outcome.error.status, failedPage(message, outcome.context));
  }
  const { context, connectionId } = outcome;
  const reports = context.mode === 'popup' && context.origin !== null;
  if (reports || context.returnUrl === null) return respondPage(200, connectedPage(context, connectionId));
  for (const [name, value] of Object.entries(connectHeaders)) c.header(name, value);
  return c.redirect(withResult(context.returnUrl, { status: 'connected', connectionId }), 303);
}

/** A page elsewhere must not start a sign-in for its visitor: the customer reads our page first. Browsers say where a form stood. */
function requireOwnPage(c: Context): void {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin')
    throw new AppError('origin_not_allowed', 'This form may be sent from the connect page only. Open the connect link itself.');
}

async function readForm(c: Context): Promise<{ mode: Mode; form: Record<string, string> }> {
  const body = await c.req.parseBody();
  const entries = Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== 'mode');
  return { mode: modeOf(body.mode), form: Object.fromEntries(entries) };
}

function modeOf(value: unknown): Mode {
  return value === 'popup' ? 'popup' : 'page';
}

function limitForm() {
  return bodyLimit({
    maxSize: formBytesMax,
    onError: () => {
      throw new AppError('body_too_large', `A form may hold ${formBytesMax} bytes.`);
    },
  });
}
