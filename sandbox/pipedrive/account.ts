import { type Answer, jsonAnswer } from '../http.ts';
import type { TokenAnswer } from '../oauth/options.ts';
import { seedOf } from '../random.ts';
import type { Account } from '../world.ts';

export const userId = 12_121_177;

/** The company's id is its name where that is a number; other names stand for one. */
export function companyIdOf(name: string): number {
  return /^\d{1,9}$/.test(name) ? Number(name) : 1_000_000 + (seedOf(name) % 9_000_000);
}

/** A company's host has small letters, digits and hyphens. */
export function companyDomain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9-]/g, '-');
}

/** https://pipedrive.readme.io/docs/marketplace-oauth-authorization */
export function tokenAnswer({ access_token, refresh_token, scope, expires_in }: TokenAnswer, account: string): TokenAnswer {
  return {
    access_token,
    token_type: 'Bearer',
    refresh_token,
    scope: String(scope ?? ''),
    expires_in,
    api_domain: `https://${companyDomain(account)}.pipedrive.com`,
  };
}

/** GET /api/v1/users/me */
export function currentUser({ name }: Account): Answer {
  return jsonAnswer(200, {
    success: true,
    data: {
      id: userId,
      name: 'Dev Engineer',
      default_currency: 'USD',
      locale: 'en_US',
      lang: 1,
      email: `admin@${companyDomain(name)}.example.com`,
      phone: null,
      activated: true,
      last_login: '2026-11-20 08:45:56',
      created: '2021-01-07 20:05:11',
      modified: '2026-11-20 08:45:56',
      has_created_company: true,
      access: [{ app: 'sales', admin: true, permission_set_id: '00000000-0000-0000-0000-000000000001' }],
      active_flag: true,
      timezone_name: 'Europe/Tallinn',
      timezone_offset: '+02:00',
      role_id: 1,
      icon_url: null,
      is_you: true,
      is_deleted: false,
      company_id: companyIdOf(name),
      company_name: name,
      company_domain: companyDomain(name),
      company_country: 'EE',
      company_industry: null,
      language: { language_code: 'en', country_code: 'US' },
    },
  });
}
