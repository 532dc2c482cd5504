import { expect, test } from 'vitest';
import { requestPath, routingPath } from './routing-path.ts';

test.each([
  ['/v1/syncs/sync_1:trigger', '/v1/syncs/sync_1/~trigger'],
  ['/v1/webhook-endpoints/whe_1:rotate', '/v1/webhook-endpoints/whe_1/~rotate'],
  ['/v1/records/crm/contacts:batch', '/v1/records/crm/contacts/~batch'],
  ['/v1/unified/crm/contact:preview', '/v1/unified/crm/contact/~preview'],
  ['/v1/records/crm/contacts/a:batch', '/v1/records/crm/contacts/a:batch'],
  ['/v1/customers/a:trigger', '/v1/customers/a:trigger'],
  ['/v1/records/crm:batch', '/v1/records/crm:batch'],
])('%s is routed as %s', (asked, routed) => {
  expect(requestPath(new Request(`http://syncline.test${asked}`))).toBe(routed);
});

test('an operation with an action is mounted where its requests are routed to', () => {
  expect(routingPath('/v1/records/{provider}/{object}:batch')).toBe('/v1/records/{provider}/{object}/~batch');
});
