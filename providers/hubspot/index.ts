import { defineProvider } from '#kit';
import { classifyError } from './errors.ts';
import { hooks } from './hooks.ts';
import { crmObject, owners } from './objects.ts';
import { unified } from './unified.ts';

/** HubSpot CRM. The reads are those of CRM v3: https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide */
export default defineProvider({
  name: 'hubspot',
  displayName: 'HubSpot',
  categories: ['crm'],
  docsUrl: 'https://developers.hubspot.com/docs/api-reference/overview',
  auth: [
    {
      kind: 'oauth2',
      authorizeUrl: 'https://app.hubspot.com/oauth/authorize',
      // /oauth/v1/token ends on 2027-02-16; this one takes form bodies only.
      // https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
      tokenUrl: 'https://api.hubapi.com/oauth/2026-03/token',
      // https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/revoke-token
      revokeUrl: 'https://api.hubapi.com/oauth/2026-03/token/revoke',
      issuer: 'https://app.hubspot.com',
      scopes: {
        default: [
          'oauth',
          'crm.objects.contacts.read',
          'crm.objects.companies.read',
          'crm.objects.deals.read',
          'crm.objects.owners.read',
          'crm.schemas.contacts.read',
          'crm.schemas.companies.read',
          'crm.schemas.deals.read',
        ],
        separator: ' ',
      },
      clientAuth: 'body',
      tokenBody: 'form',
      // Access tokens live 30 minutes: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/oauth-quickstart-guide
      defaultExpiresInSeconds: 1800,
      // A refresh token that was revoked or whose app was uninstalled answers in HubSpot's own words beside OAuth's.
      endedGrantErrors: ['invalid_grant', 'BAD_REFRESH_TOKEN'],
    },
  ],
  api: { baseUrl: 'https://api.hubapi.com' },
  // https://developers.hubspot.com/docs/api-reference/account-account-info-v3/details/get-account-info-v3-details
  account: { request: { method: 'GET', path: '/account-info/v3/details' }, id: 'portalId' },
  limits: {
    // Public apps: 110 requests per 10 seconds and account; search 5 a second, and its answers carry no rate headers.
    docsUrl: 'https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines',
    concurrencyMax: 6,
    budgets: { read: [{ requests: 110, seconds: 10 }], search: [{ requests: 5, seconds: 1 }] },
    headers: {
      limit: 'x-hubspot-ratelimit-max',
      remaining: 'x-hubspot-ratelimit-remaining',
      window: { name: 'x-hubspot-ratelimit-interval-milliseconds', unit: 'milliseconds' },
    },
  },
  classifyError,
  hooks,
  objects: {
    contacts: crmObject({ name: 'contacts', label: 'Contacts', modified: 'lastmodifieddate' }),
    companies: crmObject({ name: 'companies', label: 'Companies', modified: 'hs_lastmodifieddate' }),
    deals: crmObject({ name: 'deals', label: 'Deals', modified: 'hs_lastmodifieddate' }),
    owners,
  },
  unified,
});
