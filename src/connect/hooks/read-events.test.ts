import { expect, test } from 'vitest';
import type { HookDefinition } from '../../kit/index.ts';
import { readEvents } from './read-events.ts';

const definition: Omit<HookDefinition, 'docsUrl' | 'secret' | 'signature'> = {
  eventsPath: '',
  type: ['subscriptionType', 'objectTypeId'],
  account: 'portalId',
  events: {
    'contact.creation': { object: 'contacts', ids: ['objectId'] },
    'contact.merge': { object: 'contacts', ids: ['primaryObjectId', 'mergedObjectIds'] },
    'object.creation 0-1': { object: 'contacts', ids: ['objectId'] },
  },
};
const read = (body: unknown) =>
  readEvents(definition as HookDefinition, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

test('an event names account, object and record; numbers keep their digits', () => {
  expect(read('[{"subscriptionType":"contact.creation","portalId":62515,"objectId":9007199254740993}]')).toEqual([
    { account: '62515', object: 'contacts', recordId: '9007199254740993', record: null },
  ]);
});

test('a type may be made of two values, and a list of ids counts as several', () => {
  const events = read([
    { subscriptionType: 'object.creation', objectTypeId: '0-1', portalId: 1, objectId: 7 },
    { subscriptionType: 'contact.creation', objectTypeId: '0-1', portalId: 1, objectId: 8 },
    { subscriptionType: 'contact.merge', portalId: 1, primaryObjectId: 1, mergedObjectIds: [2, 3, 1] },
  ]);
  expect(events.map((one) => one.recordId)).toEqual(['7', '8', '1', '2', '3']);
});

test('what is not declared, or names nobody, is passed over', () => {
  expect(
    read([{ subscriptionType: 'deal.creation', portalId: 1, objectId: 7 }, { subscriptionType: 'contact.creation', objectId: 7 }, 5, null]),
  ).toEqual([]);
});

test.each(['{', '{"a":1}', `[${'{},'.repeat(1000)}{}]`])('a body that is no list of events is refused', (body) => {
  expect(() => read(body)).toThrow(/not understood/);
});

test('a record that the event carries whole comes as its own text', () => {
  const whole: HookDefinition = {
    ...(definition as HookDefinition),
    events: { 'contact.creation': { object: 'contacts', ids: ['data.id'], record: 'data' } },
  };
  const body = '[{"subscriptionType":"contact.creation","portalId":1,"data":{"id":"x","amount":1.10}}]';
  expect(readEvents(whole, Buffer.from(body))).toEqual([
    { account: '1', object: 'contacts', recordId: 'x', record: '{"id":"x","amount":1.10}' },
  ]);
});

test('an event that names a member of every object, or an id that Postgres cannot keep, does not stop those beside it', () => {
  const events = read(
    '[{"subscriptionType":"constructor","portalId":1,"objectId":1},{"subscriptionType":"__proto__","portalId":1,"objectId":2},' +
      '{"subscriptionType":"contact.creation","portalId":1,"objectId":"a\\u0000b"},{"subscriptionType":"contact.creation","portalId":1,"objectId":"\\ud800"},' +
      '{"subscriptionType":"contact.creation","portalId":1,"objectId":3}]',
  );
  expect(events.map((one) => one.recordId)).toEqual(['3']);
});
