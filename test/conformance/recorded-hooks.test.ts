import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import hubspot from '../../providers/hubspot/index.ts';
import stripe from '../../providers/stripe/index.ts';
import { readEvents } from '../../src/connect/hooks/read-events.ts';

const folder = path.resolve('test/real/stripe/webhooks');
const recorded = readdirSync(folder).map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')).data);

/** What our declaration makes of a type; the others are about discounts, sources and the like, which are no objects of ours. */
const objects: Record<string, string> = {
  customer: 'customers',
  product: 'products',
  price: 'prices',
  invoice: 'invoices',
  subscription: 'subscriptions',
};

test.each(recorded.map((event) => [event.type as string, event]))(
  'Stripe’s recorded %s tells of its object, and of no other',
  (type, event) => {
    const sent = Buffer.from(JSON.stringify({ ...event, account: 'acct_1' }));
    const told = readEvents(stripe.hooks!, sent);
    const object = objects[event.data.object.object];
    // `invoice.upcoming` is about an invoice that does not exist yet, and has no id.
    const isOurs = object !== undefined && event.data.object.id !== undefined && type in stripe.hooks!.events;
    expect(told).toEqual(isOurs ? [{ account: 'acct_1', object, recordId: event.data.object.id, record: null }] : []);
  },
);

test('of the recorded types, those of creations, changes and deletions are declared', () => {
  const types = recorded.map((event) => event.type as string);
  const told = types.filter((type) => /^(customer|product|price|invoice|customer\.subscription)\.(created|updated|deleted)$/.test(type));
  expect(told.length).toBeGreaterThan(8);
  for (const type of told) expect(Object.keys(stripe.hooks!.events)).toContain(type);
});

test('an event of the platform’s own account, which names none, tells of nobody', () => {
  expect(readEvents(stripe.hooks!, Buffer.from(JSON.stringify(recorded.find((event) => event.type === 'customer.updated'))))).toEqual([]);
});

// The payload of HubSpot's page, with its figures: https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
test('HubSpot’s documented events tell of their records, merges of all that they touch', () => {
  const common = { portalId: 33, appId: 1160452, occurredAt: 1462216307945, subscriptionId: 25, attemptNumber: 0, changeSource: 'ACADEMY' };
  const body = [
    { ...common, objectId: 1246978, eventId: 3816279480, subscriptionType: 'contact.creation', changeFlag: 'NEW' },
    {
      ...common,
      objectId: 1246965,
      eventId: 3816279340,
      subscriptionType: 'contact.propertyChange',
      propertyName: 'lifecyclestage',
      propertyValue: 'subscriber',
    },
    {
      ...common,
      objectId: 7,
      subscriptionType: 'company.merge',
      primaryObjectId: 7,
      mergedObjectIds: [8, 9],
      newObjectId: null,
      numberOfPropertiesMoved: 3,
    },
    { ...common, objectId: 5, subscriptionType: 'object.deletion', objectTypeId: '0-3' },
    { ...common, objectId: 6, subscriptionType: 'ticket.creation' },
  ];
  const told = readEvents(hubspot.hooks!, Buffer.from(JSON.stringify(body)));
  expect(told.map(({ account, object, recordId }) => `${account} ${object} ${recordId}`)).toEqual([
    '33 contacts 1246978',
    '33 contacts 1246965',
    '33 companies 7',
    '33 companies 8',
    '33 companies 9',
    '33 deals 5',
  ]);
});
