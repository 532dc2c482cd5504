import { loadData } from '../../real/index.ts';
import { newestHubspotContacts, newestSalesforceRecords } from '../../real/newest.ts';
import { everyRecordedState } from '../../real/pipedrive.ts';
import { recordedStripeRecords } from '../../real/stripe.ts';

/** What providers really sent, as JSON texts, by `provider object`. */
export function realRecords(): Map<string, string[]> {
  const found = new Map<string, unknown[]>([
    ['hubspot contacts', newestHubspotContacts().map(({ record }) => record)],
    ['pipedrive persons', everyRecordedState().map(({ person }) => person)],
    ['salesforce Contact', newestSalesforceRecords('Contact').map(({ record }) => record)],
    [
      'salesforce Account',
      [
        ...newestSalesforceRecords('Account').map(({ record }) => record),
        ...loadData<{ records: unknown[] }>('salesforce/sample-records/Accounts.json').records,
      ],
    ],
    ...[...recordedStripeRecords()].map(([list, records]): [string, unknown[]] => [`stripe ${list}`, records]),
  ]);
  return new Map([...found].map(([key, records]) => [key, records.map((record) => JSON.stringify(record))]));
}
