import { createHmac } from 'node:crypto';
import { portalIdOf } from '../hubspot/account.ts';
import type { HookNotice } from './outbox.ts';
import type { HookFormat } from './send.ts';

const names: Record<string, string> = { contacts: 'contact', companies: 'company', deals: 'deal' };
const kinds: Record<HookNotice['kind'], string> = { created: 'creation', updated: 'propertyChange', deleted: 'deletion' };

/**
 * HubSpot: a list of events, signature version 3. https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
 * Members as its page shows them; a changed property is always `lifecyclestage` here.
 */
export const hubspotHooks: HookFormat = (account, { url, secret }, notices, at) => {
  const known = notices.filter(({ object }) => object in names);
  const body = JSON.stringify(
    known.map(({ object, id, kind, at: occurredAt }, i) => ({
      eventId: (occurredAt % 1_000_000_000) + i,
      subscriptionId: 1160452,
      portalId: portalIdOf(account),
      appId: 33,
      occurredAt,
      subscriptionType: `${names[object]}.${kinds[kind]}`,
      attemptNumber: 0,
      objectId: Number(id),
      changeSource: 'CRM_UI',
      ...(kind === 'updated' ? { propertyName: 'lifecyclestage', propertyValue: 'customer' } : {}),
    })),
  );
  const timestamp = String(at);
  const signature = createHmac('sha256', secret).update(`POST${url}${body}${timestamp}`).digest('base64');
  return [{ body, headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp } }];
};
