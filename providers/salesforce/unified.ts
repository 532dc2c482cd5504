import type { Condition, Expr, UnifiedMapping } from '#kit';

const category = 'crm';
const version = 1;

const times: Record<string, Expr> = {
  remote_created_at: { time: 'CreatedDate' },
  remote_updated_at: { time: 'SystemModstamp|LastModifiedDate' },
};
const owner: Expr = { text: 'OwnerId' };
const lastActivity: Expr = { time: 'LastActivityDate' };

/** What an id names shows by its first three letters: https://help.salesforce.com/s/articleView?id=000385203 */
const prefixes = { account: '001', contact: '003', opportunity: '006' };

function idOf(model: keyof typeof prefixes, path: string): Expr {
  return { when: { path, startsWith: prefixes[model] }, gives: { text: path } };
}

function address(prefix: string, type: string): Record<string, Expr> {
  return {
    street_1: { text: `${prefix}Street` },
    city: { text: `${prefix}City` },
    state: { text: `${prefix}State` },
    postal_code: { text: `${prefix}PostalCode` },
    country: { text: `${prefix}Country` },
    type: { constant: type },
  };
}

function addresses(...list: Record<string, Expr>[]): Expr {
  return { list, needs: ['street_1', 'city', 'state', 'postal_code', 'country'] };
}

function phones(fields: Record<string, string>): Expr {
  return { list: Object.entries(fields).map(([path, type]) => ({ number: { text: path }, type: { constant: type } })) };
}

const emails: Expr = { list: [{ email: { text: 'Email' }, type: { constant: 'primary' } }] };

/**
 * Calls and mails are tasks too, of a kind of their own; a mail to a whole list is written with a space in the reference and without
 * one elsewhere. https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm
 */
const isEngagement: Condition = { path: 'TaskSubtype', is: ['Call', 'Email', 'ListEmail', 'List Email'] };

export const unified: UnifiedMapping[] = [
  {
    category,
    model: 'contact',
    version,
    object: 'Contact',
    fields: {
      first_name: { text: 'FirstName' },
      last_name: { text: 'LastName' },
      title: { text: 'Title' },
      department: { text: 'Department' },
      emails,
      phones: phones({ Phone: 'primary', MobilePhone: 'mobile', HomePhone: 'home', OtherPhone: 'other', Fax: 'fax' }),
      addresses: addresses(address('Mailing', 'mailing'), address('Other', 'other')),
      account: { text: 'AccountId' },
      owner,
      lead_source: { text: 'LeadSource' },
      last_activity_at: lastActivity,
      ...times,
    },
  },
  {
    category,
    model: 'account',
    version,
    object: 'Account',
    fields: {
      name: { text: 'Name' },
      description: { text: 'Description' },
      industry: { text: 'Industry' },
      website: { text: 'Website' },
      number_of_employees: { integer: 'NumberOfEmployees' },
      annual_revenue: { number: 'AnnualRevenue' },
      phones: phones({ Phone: 'primary', Fax: 'fax' }),
      addresses: addresses(address('Billing', 'billing'), address('Shipping', 'shipping')),
      parent: { text: 'ParentId' },
      owner,
      last_activity_at: lastActivity,
      ...times,
    },
  },
  {
    category,
    model: 'opportunity',
    version,
    object: 'Opportunity',
    fields: {
      name: { text: 'Name' },
      description: { text: 'Description' },
      amount: { number: 'Amount' },
      // There only where the organisation has several currencies.
      currency: { currency: 'CurrencyIsoCode' },
      status: {
        first: [
          { when: { path: 'IsWon', is: [true] }, gives: { constant: 'WON' } },
          { when: { path: 'IsClosed', is: [true] }, gives: { constant: 'LOST' } },
          { when: { path: 'IsClosed', is: [false] }, gives: { constant: 'OPEN' } },
        ],
      },
      stage: { text: 'StageName' },
      probability: { number: 'Probability' },
      close_date: { date: 'CloseDate' },
      account: { text: 'AccountId' },
      contact: { text: 'ContactId' },
      owner,
      last_activity_at: lastActivity,
      ...times,
    },
  },
  {
    category,
    model: 'lead',
    version,
    object: 'Lead',
    fields: {
      first_name: { text: 'FirstName' },
      last_name: { text: 'LastName' },
      title: { text: 'Title' },
      company: { text: 'Company' },
      lead_source: { text: 'LeadSource' },
      status: { text: 'Status' },
      emails,
      phones: phones({ Phone: 'primary', MobilePhone: 'mobile', Fax: 'fax' }),
      addresses: addresses(address('', 'primary')),
      owner,
      converted_at: { time: 'ConvertedDate' },
      converted_contact: { text: 'ConvertedContactId' },
      converted_account: { text: 'ConvertedAccountId' },
      ...times,
    },
  },
  {
    category,
    model: 'user',
    version,
    object: 'User',
    fields: {
      name: { text: 'Name' },
      first_name: { text: 'FirstName' },
      last_name: { text: 'LastName' },
      email: { text: 'Email' },
      title: { text: 'Title' },
      is_active: { boolean: 'IsActive' },
      ...times,
    },
  },
  {
    category,
    model: 'engagement',
    version,
    object: 'Event',
    fields: {
      engagement_type: { constant: 'MEETING' },
      subject: { text: 'Subject' },
      content: { text: 'Description' },
      start_time: { time: 'StartDateTime' },
      end_time: { time: 'EndDateTime' },
      account: { text: 'AccountId' },
      opportunity: idOf('opportunity', 'WhatId'),
      contacts: { list: [{ contact: idOf('contact', 'WhoId') }] },
      owner,
      ...times,
    },
  },
  {
    category,
    model: 'engagement',
    version: 2,
    object: 'Task',
    where: isEngagement,
    fields: {
      engagement_type: {
        oneOf: { text: 'TaskSubtype' },
        values: { Call: 'CALL', Email: 'EMAIL', ListEmail: 'EMAIL', 'List Email': 'EMAIL' },
        other: 'OTHER',
      },
      direction: { oneOf: { text: 'CallType' }, values: { Inbound: 'INBOUND', Outbound: 'OUTBOUND' }, other: 'OTHER' },
      subject: { text: 'Subject' },
      content: { text: 'Description' },
      start_time: { time: 'ActivityDate' },
      end_time: { time: 'CompletedDateTime' },
      account: { text: 'AccountId' },
      opportunity: idOf('opportunity', 'WhatId'),
      contacts: { list: [{ contact: idOf('contact', 'WhoId') }] },
      owner,
      ...times,
    },
  },
  {
    category,
    model: 'note',
    version,
    object: 'Note',
    fields: {
      title: { text: 'Title' },
      content: { text: 'Body' },
      account: idOf('account', 'ParentId'),
      contact: idOf('contact', 'ParentId'),
      opportunity: idOf('opportunity', 'ParentId'),
      owner,
      ...times,
    },
  },
  {
    category,
    model: 'task',
    version: 2,
    object: 'Task',
    where: { not: isEngagement },
    fields: {
      subject: { text: 'Subject' },
      content: { text: 'Description' },
      status: {
        first: [
          { when: { path: 'IsClosed', is: [true] }, gives: { constant: 'CLOSED' } },
          { when: { path: 'IsClosed', is: [false] }, gives: { constant: 'OPEN' } },
        ],
      },
      due_date: { date: 'ActivityDate' },
      completed_at: { time: 'CompletedDateTime' },
      account: { text: 'AccountId' },
      contact: idOf('contact', 'WhoId'),
      opportunity: idOf('opportunity', 'WhatId'),
      owner,
      ...times,
    },
  },
];
