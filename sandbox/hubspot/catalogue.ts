import type { Call } from '../dialect.ts';
import { type Answer, jsonAnswer } from '../http.ts';
import type { Store } from '../store/store.ts';
import { flagIn, refuseUnknown } from './list.ts';
import { type HubspotObject, knownProperties } from './objects.ts';
import type { Property } from './properties.ts';

const describedAt = '2019-08-06T02:41:08.204Z';
const fieldTypes: Record<Property['type'], string> = {
  string: 'text',
  number: 'number',
  datetime: 'date',
  enumeration: 'select',
  bool: 'booleancheckbox',
};

/** GET /crm/v3/properties/{objectType}: the catalogue of the account, with what its records brought along. */
export function listProperties(call: Call, object: HubspotObject, store: Store): Answer {
  const { query } = call.request;
  refuseUnknown(query, ['archived', 'properties']);
  const names = flagIn(query, 'archived') ? [] : [...knownProperties(object, store)].sort();
  return jsonAnswer(200, { results: names.map((name) => describe(object, name)) });
}

function describe(object: HubspotObject, name: string) {
  const property = object.properties.find((one) => one.name === name);
  const type = property?.type ?? 'string';
  const isSystem = ['createdate', object.modified, 'hs_object_id'].includes(name);
  return {
    updatedAt: describedAt,
    createdAt: describedAt,
    name,
    label: property?.label ?? name,
    type,
    fieldType: fieldTypes[type],
    description: '',
    groupName: `${object.aliases[0]}information`,
    options: [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: false,
    hubspotDefined: property !== undefined,
    modificationMetadata: { archivable: !isSystem, readOnlyDefinition: property !== undefined, readOnlyValue: isSystem },
    formField: !isSystem,
  };
}
