import type { Condition, Expr, UnifiedMapping } from '#kit';

const category = 'crm';
const version = 1;

const times: Record<string, Expr> = { remote_created_at: { time: 'add_time' }, remote_updated_at: { time: 'update_time' } };
const owner: Expr = { text: 'owner_id' };

/** Lists of `{ value, label, primary }`; one with an empty value stands where nothing was entered. */
const emails: Expr = { each: 'emails', item: { email: { text: 'value' }, type: { text: 'label' } } };
const phones: Expr = { each: 'phones', item: { number: { text: 'value' }, type: { text: 'label' } } };

function addresses(path: string): Expr {
  return {
    list: [
      {
        street_1: { join: [{ text: `${path}.route` }, { text: `${path}.street_number` }], separator: ' ' },
        street_2: { text: `${path}.subpremise` },
        city: { text: `${path}.locality` },
        state: { text: `${path}.admin_area_level_1` },
        postal_code: { text: `${path}.postal_code` },
        country: { text: `${path}.country` },
        type: { constant: 'primary' },
      },
    ],
    needs: ['street_1', 'street_2', 'city', 'state', 'postal_code', 'country'],
  };
}

/** An account may have types of its own: they are things to be done. */
const isEngagement: Condition = { path: 'type', is: ['call', 'meeting', 'lunch', 'email'] };

export const unified: UnifiedMapping[] = [
  {
    category,
    model: 'contact',
    version,
    object: 'persons',
    fields: {
      first_name: { text: 'first_name' },
      last_name: { text: 'last_name' },
      title: { text: 'job_title' },
      emails,
      phones,
      addresses: addresses('postal_address'),
      account: { text: 'org_id' },
      owner,
      ...times,
    },
  },
  {
    category,
    model: 'account',
    version,
    object: 'organizations',
    fields: {
      name: { text: 'name' },
      industry: { text: 'industry' },
      website: { text: 'website' },
      // `people_count` counts the persons in Pipedrive, not those who work there.
      number_of_employees: { integer: 'employee_count' },
      annual_revenue: { number: 'annual_revenue' },
      addresses: addresses('address'),
      owner,
      ...times,
    },
  },
  {
    category,
    model: 'opportunity',
    version,
    object: 'deals',
    fields: {
      name: { text: 'title' },
      amount: { number: 'value' },
      currency: { currency: 'currency' },
      status: { oneOf: { text: 'status' }, values: { open: 'OPEN', won: 'WON', lost: 'LOST' }, other: 'OTHER' },
      stage: { text: 'stage_id' },
      pipeline: { text: 'pipeline_id' },
      probability: { number: 'probability' },
      // An open deal has no `close_time`.
      close_date: { first: [{ date: 'close_time' }, { date: 'expected_close_date' }] },
      lost_reason: { text: 'lost_reason' },
      account: { text: 'org_id' },
      contact: { text: 'person_id' },
      owner,
      ...times,
    },
  },
  {
    category,
    model: 'lead',
    version: 2,
    object: 'leads',
    // Who it is stands in the person and the organization.
    fields: {
      lead_source: { text: 'source_name' },
      // Archived is not deleted: such a lead is listed, got by its id and can be taken back.
      status: { oneOf: { text: 'is_archived' }, values: { true: 'archived', false: 'not_archived' } },
      owner,
      ...times,
    },
  },
  {
    category,
    model: 'user',
    version,
    object: 'users',
    fields: {
      name: { text: 'name' },
      email: { text: 'email' },
      is_active: { boolean: 'active_flag' },
      remote_created_at: { time: 'created' },
      remote_updated_at: { time: 'modified' },
    },
  },
  {
    category,
    model: 'note',
    version,
    object: 'notes',
    fields: {
      content: { text: 'content' },
      account: { text: 'org_id' },
      contact: { text: 'person_id' },
      opportunity: { text: 'deal_id' },
      owner: { text: 'user_id' },
      ...times,
    },
  },
  {
    category,
    model: 'engagement',
    version,
    object: 'activities',
    where: isEngagement,
    fields: {
      engagement_type: {
        oneOf: { text: 'type' },
        values: { call: 'CALL', meeting: 'MEETING', lunch: 'MEETING', email: 'EMAIL' },
        other: 'OTHER',
      },
      subject: { text: 'subject' },
      content: { text: 'note' },
      start_time: { as: 'time', of: { join: [{ text: 'due_date' }, { text: 'due_time' }], separator: 'T' } },
      account: { text: 'org_id' },
      opportunity: { text: 'deal_id' },
      contacts: {
        when: { path: 'participants', is: [null] },
        gives: { list: [{ contact: { text: 'person_id' } }] },
        otherwise: { each: 'participants', item: { contact: { text: 'person_id' } } },
      },
      owner,
      ...times,
    },
  },
  {
    category,
    model: 'task',
    version,
    object: 'activities',
    where: { not: isEngagement },
    fields: {
      subject: { text: 'subject' },
      content: { text: 'note' },
      status: { when: { path: 'done', is: [true] }, gives: { constant: 'CLOSED' }, otherwise: { constant: 'OPEN' } },
      due_date: { date: 'due_date' },
      completed_at: { time: 'marked_as_done_time' },
      account: { text: 'org_id' },
      contact: { text: 'person_id' },
      opportunity: { text: 'deal_id' },
      owner,
      ...times,
    },
  },
];
