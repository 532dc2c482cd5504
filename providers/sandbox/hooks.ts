import type { HookDefinition, HookEvent } from '#kit';

/** Notices of our own dialect: hints, or with the record itself when the account is set up so (sandbox/README.md). */
export const hooks: HookDefinition = {
  docsUrl: 'https://sandbox.test/docs',
  secret: 'endpoint',
  signature: {
    header: 'x-sandbox-signature',
    encoding: 'hex',
    signed: ['timestamp', { text: '.' }, 'body'],
    timestamp: { header: 'x-sandbox-timestamp', unit: 'milliseconds', toleranceSeconds: 300 },
  },
  eventsPath: 'notices',
  type: 'type',
  account: 'account',
  events: Object.fromEntries(
    ['contacts', 'companies', 'deals', 'owners', 'plain_items', 'opaque_events', 'orders', 'memos'].flatMap(eventsOf),
  ),
};

function eventsOf(object: string): [string, HookEvent][] {
  const event: HookEvent = { object, ids: ['id'], record: 'record' };
  return ['created', 'updated', 'deleted'].map((kind) => [`${object}.${kind}`, event]);
}
