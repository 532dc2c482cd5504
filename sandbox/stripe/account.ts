import { type Answer, jsonAnswer } from '../http.ts';
import type { TokenAnswer } from '../oauth/options.ts';
import type { Account } from '../world.ts';
import { accountVersion } from './events.ts';

/** Letters and digits of the name. */
export function accountIdOf(name: string): string {
  return `acct_${name.replace(/[^A-Za-z0-9]/g, '')}`;
}

/** No expires_in: a connected account's token lives until it is taken back. https://docs.stripe.com/connect/oauth-reference */
export function tokenAnswer({ access_token, refresh_token, scope }: TokenAnswer, account: string): TokenAnswer {
  return {
    access_token,
    livemode: false,
    refresh_token,
    token_type: 'bearer',
    stripe_publishable_key: `pk_test_${account}`,
    stripe_user_id: accountIdOf(account),
    scope: String(scope ?? ''),
  };
}

/** GET /v1/account */
export function accountDetails({ name }: Account): Answer {
  return jsonAnswer(
    200,
    {
      id: accountIdOf(name),
      object: 'account',
      business_profile: {
        mcc: null,
        name,
        product_description: null,
        support_email: null,
        support_phone: null,
        support_url: null,
        url: null,
      },
      business_type: null,
      charges_enabled: true,
      country: 'US',
      created: 1_700_000_000,
      default_currency: 'usd',
      details_submitted: true,
      email: `owner@${name.toLowerCase()}.example.com`,
      livemode: false,
      payouts_enabled: true,
      settings: { dashboard: { display_name: name, timezone: 'Etc/UTC' } },
      type: 'standard',
    },
    { 'stripe-version': accountVersion },
  );
}
