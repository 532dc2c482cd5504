import type { Account } from '../world.ts';
import { hubspotHooks } from './hubspot.ts';
import type { HookNotice, HookTarget } from './outbox.ts';
import { ownHooks } from './own.ts';
import { stripeHooks } from './stripe.ts';

/** One request as a provider would send it. */
export interface HookRequest {
  body: string;
  headers: Record<string, string>;
}

/** Signs and writes notices: one request for many, or one each, as the provider does. */
export type HookFormat = (account: Account, target: HookTarget, notices: HookNotice[], at: number) => HookRequest[];

const formats: Record<string, HookFormat> = { sandbox: ownHooks, hubspot: hubspotHooks, stripe: stripeHooks };

const noticesPerRequestMax = 100;
const answerMsMax = 20_000;

/** Sends them one request after the other, and answers the statuses. */
export async function sendHooks(account: Account, target: HookTarget, notices: HookNotice[], secondsAgo = 0): Promise<number[]> {
  const format = formats[account.dialect];
  if (!format) throw new Error(`The ${account.dialect} dialect sends no hooks.`);
  const statuses: number[] = [];
  for (let from = 0; from < notices.length; from += noticesPerRequestMax)
    for (const { body, headers } of format(
      account,
      target,
      notices.slice(from, from + noticesPerRequestMax),
      account.now() - secondsAgo * 1000,
    )) {
      const response = await fetch(target.url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
        signal: AbortSignal.timeout(answerMsMax),
      });
      await response.arrayBuffer();
      statuses.push(response.status);
    }
  return statuses;
}
