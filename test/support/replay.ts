import type { Control } from '../../sandbox/control-client.ts';
import { loadReplay } from '../../sandbox/replay.ts';
import { loadExchanges, pathOf } from '../real/index.ts';
import { newestHubspotContacts, newestSalesforceRecords } from '../real/newest.ts';
import { newestPipedrivePersons } from '../real/pipedrive.ts';
import { recordedStripeRecords } from '../real/stripe.ts';

/** The portal, the organisation and the company of the recordings; Stripe's examples name no account. */
export const recordedAccounts = { hubspot: '7974676', salesforce: 'd4s000000oz4euaa-dev-ed', pipedrive: '7812793', stripe: 'examples' };

/**
 * Puts the newest recorded state of every HubSpot contact, Salesforce contact and account, Pipedrive person and object of Stripe's
 * into a running sandbox, and gives back what was put there. All of them are alive: what the recordings deleted later has `deletedAt`, for whoever wants to
 * delete it too.
 */
export async function loadRecordings(control: Control) {
  const expected = {
    hubspotContacts: newestHubspotContacts(),
    salesforceContacts: newestSalesforceRecords('Contact'),
    salesforceAccounts: newestSalesforceRecords('Account'),
    pipedrivePersons: newestPipedrivePersons(),
    stripeRecords: recordedStripeRecords(),
  };
  await loadReplay(control, {
    hubspot: { account: recordedAccounts.hubspot, contacts: expected.hubspotContacts.map(({ record }) => record) },
    salesforce: {
      account: recordedAccounts.salesforce,
      contacts: expected.salesforceContacts.map(({ record }) => record),
      accounts: expected.salesforceAccounts.map(({ record }) => record),
      descriptions: { contact: recordedDescription('Contact'), account: recordedDescription('Account') },
    },
    pipedrive: { account: recordedAccounts.pipedrive, persons: expected.pipedrivePersons.map(({ record }) => record) },
    stripe: { account: recordedAccounts.stripe, objects: Object.fromEntries(expected.stripeRecords) },
  });
  return expected;
}

/** The last description of the object that was recorded. */
export function recordedDescription(object: 'Contact' | 'Account'): unknown {
  const exchange = loadExchanges('salesforce/recorded').findLast((one) => pathOf(one).endsWith(`/sobjects/${object}/describe`));
  if (!exchange) throw new Error(`No description of ${object} was recorded.`);
  return exchange.response.body;
}
