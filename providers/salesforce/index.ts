import { defineProvider } from '#kit';
import { classifyError } from './errors.ts';
import { sobject } from './objects.ts';
import { unified } from './unified.ts';

/** Any API from Winter '24 on answers what is read here. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/ */
export default defineProvider({
  name: 'salesforce',
  displayName: 'Salesforce',
  categories: ['crm'],
  docsUrl: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/',
  auth: [
    {
      kind: 'oauth2',
      authorizeUrl: 'https://{login_host}/services/oauth2/authorize',
      tokenUrl: 'https://{login_host}/services/oauth2/token',
      revokeUrl: 'https://{login_host}/services/oauth2/revoke',
      issuer: 'https://login.salesforce.com',
      // `openid` is for the look-up of the organisation. https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_tokens_scopes.htm
      scopes: { default: ['api', 'refresh_token', 'openid'], separator: ' ' },
      authorizeParams: { prompt: 'consent' },
      // The token answer has no expires_in: a session lives as long as the organisation's settings say, until a 401.
      defaultExpiresInSeconds: null,
      // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
      endedGrantErrors: ['invalid_grant', 'inactive_user', 'inactive_org'],
    },
  ],
  api: { baseUrl: '{instance_url}' },
  captured: {
    // Requests go to the organisation's own host; lightning.force.com is the host of pages and answers no API.
    instance_url: {
      from: 'token',
      path: 'instance_url',
      pattern: 'https://(?:(?!lightning\\.force\\.com$)[a-z0-9-]+\\.)+(?:salesforce|force)\\.com',
      required: true,
    },
    // Sandboxes log in at test.salesforce.com, or at their own domain.
    login_host: {
      from: 'form',
      path: 'login_host',
      pattern: '(?:login|test)\\.salesforce\\.com|[a-z0-9-]+(?:\\.[a-z0-9-]+)?\\.my\\.salesforce\\.com',
      required: false,
      default: 'login.salesforce.com',
      title: 'Log-in host (leave empty unless you use a Salesforce sandbox)',
      example: 'test.salesforce.com',
    },
  },
  // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_userinfo_endpoint.htm
  account: { request: { method: 'GET', path: '/services/oauth2/userinfo' }, id: 'organization_id' },
  limits: {
    // Over the last 24 hours 100,000 requests and more by licence; every answer says how many (Sforce-Limit-Info: api-usage=18/5000),
    // other users of the organisation included. 25 long ones at once.
    docsUrl: 'https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/',
    concurrencyMax: 5,
    budgets: { all: [{ requests: 100_000, seconds: 86_400 }] },
    headers: { usage: { name: 'sforce-limit-info', pattern: 'api-usage=(\\d+)/(\\d+)' }, windowSeconds: 86_400, category: 'all' },
  },
  classifyError,
  objects: {
    Contact: sobject('Contact', 'Contacts'),
    Account: sobject('Account', 'Accounts'),
    Opportunity: sobject('Opportunity', 'Opportunities'),
    User: sobject('User', 'Users'),
  },
  anyObject: {
    // API names: letters, digits, single underscores; a namespace before and a suffix (__c, __x, …) behind two.
    pattern: '[A-Za-z][A-Za-z0-9]*(?:_{1,2}[A-Za-z0-9]+)*',
    example: 'Invoice__c',
    define: (name) => sobject(name, name),
  },
  unified,
});
