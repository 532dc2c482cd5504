import { html } from 'hono/html';
import type { ConnectField, ConnectPage } from '../../connect/get-connect-page.ts';
import type { Html } from './layout.ts';

export interface ShownForm {
  token: string;
  mode: 'page' | 'popup';
  /** What was entered last time, without secrets. */
  entered: Record<string, string>;
  error: string | null;
}

export function connectPageTitle(page: ConnectPage): string {
  return `${page.isReconnect ? 'Reconnect' : 'Connect'} ${page.providerName} to ${page.vendorName}`;
}

export function connectPageBody(page: ConnectPage, form: ShownForm): Html {
  const { vendorName, providerName, authKind } = page;
  const action = `/connect/${form.token}${authKind === 'oauth2' ? '/start' : ''}`;
  return html`
<h1>${connectPageTitle(page)}</h1>
${form.error === null ? '' : html`<p class="error" role="alert" tabindex="-1" autofocus>${form.error}</p>`}
<p>${vendorName} asks to read from your ${providerName} account:</p>
<ul>${page.reads.map((label) => html`<li>${label}</li>`)}</ul>
<form method="post" action="${action}">
<input type="hidden" name="mode" value="${form.mode}">
${page.fields.map((field) => fieldOf(field, form.entered[field.name] ?? ''))}
<button type="submit">${authKind === 'oauth2' ? `Continue to ${providerName}` : `Connect ${providerName}`}</button>
</form>
<p class="quiet">${
    authKind === 'oauth2'
      ? `You sign in at ${providerName}. ${vendorName} never sees your password.`
      : `The credentials are checked with ${providerName} and stored encrypted.`
  }</p>
${backLink(page.returnUrl, vendorName)}`;
}

export function backLink(returnUrl: string | null, vendorName: string): Html | '' {
  return returnUrl === null ? '' : html`<p><a href="${returnUrl}">Back to ${vendorName}</a></p>`;
}

function fieldOf({ name, title, isSecret, isRequired, help }: ConnectField, entered: string): Html {
  const id = `field-${name}`;
  return html`
<div class="field">
<label for="${id}">${title}${isRequired ? '' : ' (optional)'}</label>
<input id="${id}" name="${name}" type="${isSecret ? 'password' : 'text'}" autocomplete="off" spellcheck="false"
${isRequired ? html`required` : ''} ${help === null ? '' : html`aria-describedby="${id}-help"`} value="${isSecret ? '' : entered}">
${help === null ? '' : html`<p class="help" id="${id}-help">${help}</p>`}
</div>`;
}
