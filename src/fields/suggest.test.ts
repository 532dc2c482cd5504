import { expect, test } from 'vitest';
import { suggestFields } from './suggest.ts';

test('what records show and what the provider says become one list of fields that can be declared as they stand', () => {
  const suggested = suggestFields({
    inferred: [
      { path: 'id', type: 'text', records: 3 },
      { path: 'properties', type: 'json', records: 3 },
      { path: 'properties.amount', type: 'text', records: 2 },
      { path: 'properties.email', type: 'text', records: 3 },
      { path: 'createdAt', type: 'time', records: 3 },
      { path: 'raw', type: 'text', records: 1 },
      { path: '2fa\\.on', type: 'boolean', records: 1 },
      { path: '注文', type: 'text', records: 1 },
    ],
    described: [
      { path: 'properties.amount', label: 'Amount', type: 'number' },
      { path: 'properties.id', label: 'Id', type: 'integer' },
    ],
    declared: [{ name: 'mail', path: 'properties.email' }],
  });
  expect(suggested).toEqual([
    { name: 'f_2fa_on', path: '2fa\\.on', type: 'boolean', label: null, records: 1 },
    { name: 'created_at', path: 'createdAt', type: 'time', label: null, records: 3 },
    { name: 'id', path: 'id', type: 'text', label: null, records: 3 },
    { name: 'amount', path: 'properties.amount', type: 'number', label: 'Amount', records: 2 },
    { name: 'properties_id', path: 'properties.id', type: 'integer', label: 'Id', records: 0 },
    { name: 'raw_2', path: 'raw', type: 'text', label: null, records: 1 },
    { name: 'f_', path: '注文', type: 'text', label: null, records: 1 },
  ]);
});
