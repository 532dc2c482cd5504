import type { HookDefinition, HookEvent } from '#kit';

/**
 * Webhooks of a HubSpot app: one address for all accounts that installed it, up to 100 events a request. They tell ids and single
 * properties, never whole records, and in no certain order: hints.
 * https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
 */
export const hooks: HookDefinition = {
  docsUrl: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation',
  secret: 'client_secret',
  // Version 3. The table of escapes that are written out stands on the same page (seen 2026-11).
  signature: {
    header: 'x-hubspot-signature-v3',
    encoding: 'base64',
    signed: ['method', 'uri', 'body', 'timestamp'],
    timestamp: { header: 'x-hubspot-request-timestamp', unit: 'milliseconds', toleranceSeconds: 300 },
    decodedInUri: ['%3A', '%2F', '%3F', '%40', '%21', '%24', '%27', '%28', '%29', '%2A', '%2C', '%3B'],
  },
  eventsPath: '',
  // Generic subscriptions say `object.creation` and the object's type beside it.
  // https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions
  type: ['subscriptionType', 'objectTypeId'],
  account: 'portalId',
  events: {
    ...eventsOf('contacts', 'contact', '0-1'),
    ...eventsOf('companies', 'company', '0-2'),
    ...eventsOf('deals', 'deal', '0-3'),
    // A person's data was erased by law: https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
    'contact.privacyDeletion': { object: 'contacts', ids: ['objectId'] },
  },
};

function eventsOf(object: string, name: string, typeId: string): Record<string, HookEvent> {
  const one: HookEvent = { object, ids: ['objectId'] };
  // The merged ones are gone, the primary one changed, and at times the result is a new record.
  const merge: HookEvent = { object, ids: ['primaryObjectId', 'mergedObjectIds', 'newObjectId'] };
  const kinds = { creation: one, propertyChange: one, deletion: one, restore: one, merge };
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, event]) => [
      [`${name}.${kind}`, event],
      [`object.${kind} ${typeId}`, event],
    ]),
  );
}
