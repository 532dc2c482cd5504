import { expect, test } from 'vitest';
import type { ObjectDefinition, ReadPart } from '../../kit/index.ts';
import { completeAfter, settledSince } from './completeness.ts';

const at = (time: string) => `2026-01-01T${time}.000Z`;
const part: ReadPart = {
  name: 'list',
  signal: 'records',
  recordsPath: 'data',
  completeness: 'complete',
  request: () => ({ method: 'GET', path: '/' }),
  next: () => null,
};
const approximate: ReadPart = { ...part, completeness: 'approximate' };
const object = (change: Partial<ObjectDefinition> = {}): ObjectDefinition => ({
  label: 'Contacts',
  docsUrl: 'https://acme.test',
  record: { id: 'id' },
  pageSizeMax: 10,
  full: { parts: [part] },
  incremental: { parts: [part], watermark: { path: 'at', type: 'datetime' } },
  scopes: [],
  visibilityLagSeconds: 60,
  ...change,
});
const counted = object({ incremental: { parts: [part], watermark: { path: 'v', type: 'integer' } } });
const feed = (from: 'envelope' | 'item') =>
  object({ delta: { parts: [part], start: { from: 'listed', path: 'x' }, mark: from === 'item' ? { from } : { from, path: 'x' } } });

type Read = Parameters<typeof completeAfter>[0]['read'];
const read = (change: Partial<Read>): Read =>
  ({ kind: 'incremental', since: at('11:00:00'), providerTime: at('12:00:00'), startedAt: at('12:07:00'), ...change }) as Read;

test.each<[string, string | null, ObjectDefinition, string | null, Partial<Read>]>([
  ['a full read: when it began by the provider’s clock, minus the lag', at('11:59:00'), object(), null, { kind: 'full', since: null }],
  ['the settled lag, where there is one', at('11:00:00'), object({ settledLagSeconds: 3600 }), null, { kind: 'full', since: null }],
  ['our clock minus a margin, where the provider shows none', at('12:01:00'), object(), null, { kind: 'full', providerTime: null }],
  ['a listing that may skip records proves nothing', null, object({ full: { parts: [approximate] } }), null, { kind: 'full' }],
  [
    'unless its order makes sure of the changes',
    at('11:59:00'),
    object({ full: { parts: [{ ...approximate, coversChanges: true }] } }),
    null,
    { kind: 'full' },
  ],
  ['changes from before the complete time on move it', at('11:59:00'), object(), at('11:00:00'), {}],
  ['changes from a later time leave a stretch between', at('10:59:59'), object(), at('10:59:59'), {}],
  ['changes alone make nothing complete', null, object(), null, {}],
  ['it never goes back by a read of changes', at('11:59:30'), object(), at('11:59:30'), {}],
  ['a window', at('11:59:00'), object(), at('11:30:00'), { kind: 'window' }],
  ['a pass over the keys reads no change', at('10:00:00'), object(), at('10:00:00'), { kind: 'keys' }],
  ['a version cannot be looked back from', at('10:00:00'), counted, at('10:00:00'), { since: '7' }],
  ['unless it is given when it can be seen', at('12:00:00'), { ...counted, visibilityLagSeconds: 0 }, at('10:00:00'), { since: '7' }],
  ['a feed behind positions that the provider gives', at('11:59:00'), feed('envelope'), at('10:00:00'), { kind: 'delta', since: 'p' }],
  ['a feed behind the ids of its items', at('11:59:00'), feed('item'), at('10:00:00'), { kind: 'delta', since: 'e1' }],
  ['no further than what it depends on', at('09:00:00'), object(), null, { kind: 'full', completeMax: at('09:00:00') }],
  ['nothing, where what it depends on is not known', null, object(), null, { kind: 'full', completeMax: null }],
])('%s', (_title, expected, definition, before, change) => {
  expect(completeAfter({ object: definition, state: { completeAsOf: before }, read: read(change) })).toBe(expected);
});

test.each<[string, string | null, number | undefined, string]>([
  ['due once in each lag', at('10:00:00'), 3600, '12:00:00'],
  ['not before', null, 3600, '11:59:59'],
  ['never without a lag of its own', null, undefined, '23:00:00'],
])('the settled pass is %s', (_title, expected, settledLagSeconds, now) => {
  const definition = object(settledLagSeconds === undefined ? {} : { settledLagSeconds });
  // Our clock is seven minutes ahead of the provider's.
  const lastRead = { kind: 'incremental', startedAt: at('11:07:00'), providerTime: at('11:00:00'), records: 0 } as const;
  const ours = new Date(Date.parse(at(now)) + 7 * 60_000);
  expect(settledSince(definition, { completeAsOf: at('10:00:00'), lastRead }, ours)).toBe(expected);
});
