import type { Expr, UnifiedMapping } from '#kit';

const category = 'crm';
const version = 1;

const times: Record<string, Expr> = { remote_created_at: { time: 'createdAt' }, remote_updated_at: { time: 'updatedAt' } };
const owner: Expr = { text: 'properties.hubspot_owner_id' };
const lastActivity: Expr = { time: 'properties.notes_last_updated' };

const address = {
  street_1: { text: 'properties.address' },
  city: { text: 'properties.city' },
  state: { text: 'properties.state' },
  postal_code: { text: 'properties.zip' },
  country: { text: 'properties.country' },
  type: { constant: 'primary' },
} satisfies Record<string, Expr>;
const needs = ['street_1', 'street_2', 'city', 'state', 'postal_code', 'country'];

/** Names of properties are lower case throughout: what is written as `mobilePhone` is never there. */
export const unified: UnifiedMapping[] = [
  {
    category,
    model: 'contact',
    version,
    object: 'contacts',
    fields: {
      first_name: { text: 'properties.firstname' },
      last_name: { text: 'properties.lastname' },
      title: { text: 'properties.jobtitle' },
      emails: {
        list: [
          { email: { text: 'properties.email' }, type: { constant: 'primary' } },
          { email: { text: 'properties.work_email' }, type: { constant: 'work' } },
        ],
      },
      phones: {
        list: [
          { number: { text: 'properties.phone' }, type: { constant: 'primary' } },
          { number: { text: 'properties.mobilephone' }, type: { constant: 'mobile' } },
          { number: { text: 'properties.fax' }, type: { constant: 'fax' } },
        ],
      },
      addresses: { list: [address], needs: needs.filter((name) => name !== 'street_2') },
      // The primary company, which HubSpot writes beside the associations.
      account: { text: 'properties.associatedcompanyid' },
      owner,
      lifecycle_stage: { text: 'properties.lifecyclestage' },
      lead_source: { text: 'properties.hs_analytics_source' },
      last_activity_at: lastActivity,
      ...times,
    },
  },
  {
    category,
    model: 'account',
    version,
    object: 'companies',
    fields: {
      name: { text: 'properties.name' },
      description: { text: 'properties.description' },
      industry: { text: 'properties.industry' },
      website: { text: 'properties.website|properties.domain' },
      number_of_employees: { integer: 'properties.numberofemployees' },
      annual_revenue: { number: 'properties.annualrevenue' },
      phones: { list: [{ number: { text: 'properties.phone' }, type: { constant: 'primary' } }] },
      // Only companies have a second line.
      addresses: { list: [{ ...address, street_2: { text: 'properties.address2' } }], needs },
      parent: { text: 'properties.hs_parent_company_id' },
      owner,
      lifecycle_stage: { text: 'properties.lifecyclestage' },
      last_activity_at: lastActivity,
      ...times,
    },
  },
  {
    category,
    model: 'opportunity',
    version,
    object: 'deals',
    fields: {
      name: { text: 'properties.dealname' },
      description: { text: 'properties.description' },
      amount: { number: 'properties.amount' },
      currency: { currency: 'properties.deal_currency_code' },
      // Stages are the account's own; what HubSpot computes says which of them close a deal.
      status: {
        first: [
          { when: { path: 'properties.hs_is_closed_won', is: [true] }, gives: { constant: 'WON' } },
          { when: { path: 'properties.hs_is_closed', is: [true] }, gives: { constant: 'LOST' } },
          { oneOf: { text: 'properties.dealstage' }, values: { closedwon: 'WON', closedlost: 'LOST' }, other: 'OPEN' },
        ],
      },
      stage: { text: 'properties.dealstage' },
      pipeline: { text: 'properties.pipeline' },
      close_date: { date: 'properties.closedate' },
      lost_reason: { text: 'properties.closed_lost_reason' },
      account: { text: 'properties.hs_primary_associated_company' },
      owner,
      last_activity_at: lastActivity,
      ...times,
    },
  },
  {
    category,
    model: 'user',
    version,
    object: 'owners',
    fields: {
      name: { join: [{ text: 'firstName' }, { text: 'lastName' }], separator: ' ' },
      first_name: { text: 'firstName' },
      last_name: { text: 'lastName' },
      email: { text: 'email' },
      is_active: { when: { path: 'archived', is: [true] }, gives: { constant: false }, otherwise: { constant: true } },
      ...times,
    },
  },
];
