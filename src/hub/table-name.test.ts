import { expect, test } from 'vitest';
import { tableNames } from './table-name.ts';

test.each([
  ['hubspot', 'contacts', 'hubspot_contacts'],
  ['salesforce', 'Contact', 'salesforce_contact'],
  ['salesforce', 'My_Object__c', 'salesforce_my_object__c'],
])('%s %s is called as a person would call it: %s', (provider, object, name) => {
  const [first, second] = tableNames(provider, object);
  expect(first).toBe(name);
  expect(second).toMatch(new RegExp(`^${name}_[0-9a-f]{8}$`));
});

test.each([
  ['crm', 'a b'],
  ['crm', '"; drop table x; --'],
  ['crm', 'Größe'],
  ['crm', 'x'.repeat(300)],
  ['_syncline', 'hub'],
  ['9lives', 'cat'],
])('%s %s gets a hash, and is a plain identifier', (provider, object) => {
  const names = tableNames(provider, object);
  expect(names).toHaveLength(1);
  expect(names[0]).toMatch(/^[a-z][a-z0-9_]{0,54}$/);
});

test('two objects whose plain names are equal have names with hashes that are not', () => {
  expect(tableNames('a_b', 'c')[0]).toBe(tableNames('a', 'b_c')[0]);
  expect(tableNames('a_b', 'c')[1]).not.toBe(tableNames('a', 'b_c')[1]);
});
