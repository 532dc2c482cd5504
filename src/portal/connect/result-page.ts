import { html } from 'hono/html';
import type { OutcomeContext } from '../../connect/outcome.ts';
import { backLink } from './connect-page.ts';
import type { Html, PageOptions } from './layout.ts';
import type { CustomerMessage } from './messages.ts';

export function connectedPage(context: OutcomeContext, connectionId: string): PageOptions {
  const { vendorName, providerName, origin, mode } = context;
  const reports = mode === 'popup' && origin !== null;
  return {
    title: `${providerName} is connected`,
    body: html`
<h1>${providerName} is connected to ${vendorName}</h1>
<p role="status">${reports ? 'You can close this window.' : `You can close this page and go back to ${vendorName}.`}</p>`,
    ...(reports && { script: reportScript({ status: 'connected', connectionId }, origin) }),
  };
}

export function failedPage(message: CustomerMessage, context: OutcomeContext | null): PageOptions {
  const canRetry = message.canRetry && context !== null;
  return {
    title: message.title,
    body: html`
<h1>${message.title}</h1>
<p role="alert" tabindex="-1" autofocus>${message.text}</p>
${canRetry ? retryLink(context) : ''}
${context === null ? '' : backLink(context.returnUrl, context.vendorName)}`,
  };
}

function retryLink({ token, mode }: OutcomeContext): Html {
  return html`<p><a class="button" href="/connect/${token}${mode === 'popup' ? '?mode=popup' : ''}">Try again</a></p>`;
}

/** Tells the page that opened the popup, by its exact origin: a page of any other origin hears nothing. */
function reportScript(result: { status: string; connectionId: string }, origin: string): string {
  const message = JSON.stringify({ type: 'syncline:connect', ...result });
  return `if (window.opener) { window.opener.postMessage(${inScript(message)}, ${inScript(JSON.stringify(origin))}); window.close(); }`;
}

/** JSON that cannot end the script element it stands in. */
function inScript(json: string): string {
  return json.replace(/[<\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
