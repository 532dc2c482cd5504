import { type Answer, jsonAnswer } from '../http.ts';
import { seedOf } from '../random.ts';
import type { Account } from '../world.ts';

/** The log-in name is the portal's id; a name that is no number stands for one. */
export function portalIdOf(account: Account): number {
  return /^\d{1,9}$/.test(account.name) ? Number(account.name) : 10_000_000 + (seedOf(account.name) % 80_000_000);
}

/** GET /account-info/v3/details */
export function accountDetails(account: Account): Answer {
  return jsonAnswer(200, {
    portalId: portalIdOf(account),
    accountType: 'STANDARD',
    timeZone: 'US/Eastern',
    companyCurrency: 'USD',
    additionalCurrencies: [],
    utcOffset: '-05:00',
    utcOffsetMilliseconds: -18_000_000,
    uiDomain: 'app.hubspot.com',
    dataHostingLocation: 'na1',
  });
}
