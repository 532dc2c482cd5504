import { createHmac } from 'node:crypto';
import { type JsonObject, writeJson } from '../json.ts';
import { accountIdOf } from '../stripe/account.ts';
import { eventBodyOf } from '../stripe/events.ts';
import type { HookFormat } from './send.ts';

/** Stripe Connect: one event a request, with the account that it is of. https://docs.stripe.com/connect/webhooks */
export const stripeHooks: HookFormat = (account, { secret }, notices, at) =>
  notices.flatMap(({ object, row }, i) => {
    const event = row && eventBodyOf(object, row, `evt_hook_${at}_${i}`);
    if (!event) return [];
    const body = writeJson({ ...event, account: accountIdOf(account.name) } satisfies JsonObject);
    const timestamp = Math.floor(at / 1000);
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
    return [{ body, headers: { 'stripe-signature': `t=${timestamp},v1=${signature},v0=${'0'.repeat(64)}` } }];
  });
