import { type Answer, jsonAnswer } from '../http.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Store } from '../store/store.ts';
import type { Account } from '../world.ts';
import type { Field } from './fields.ts';
import { fieldsOf } from './records.ts';
import { type SObject, sobject, standardNames } from './sobjects.ts';

/** GET sobjects/{name}/describe, with the members of the recorded ones. */
export function describe(account: Account, object: SObject, store: Store, version: string): Answer {
  const loaded = account.descriptions.get(object.name);
  const fields = fieldsOf(object, store, loaded);
  const headers = {
    etag: `"${object.keyPrefix}${fields.length.toString(16)}"`,
    'last-modified': 'Wed, 01 Dec 2021 02:05:04 GMT',
  };
  if (loaded !== undefined) return { status: 200, headers, body: loaded };
  return jsonAnswer(200, description(account, object, fields, version), headers);
}

/** GET sobjects: what there is, in short. */
export function listSobjects(version: string): Answer {
  const sobjects = standardNames.map((name) => {
    const { fields: _fields, ...object } = sobject(name)!;
    return summary(object, version);
  });
  return jsonAnswer(200, { encoding: 'UTF-8', maxBatchSize: 200, sobjects });
}

const flags = {
  activateable: false,
  createable: true,
  customSetting: false,
  deletable: true,
  deprecatedAndHidden: false,
  feedEnabled: true,
  layoutable: true,
  mergeable: true,
  queryable: true,
  replicateable: true,
  retrieveable: true,
  searchable: true,
  triggerable: true,
  undeletable: true,
  updateable: true,
};

function summary({ name, label, labelPlural, keyPrefix, custom }: Omit<SObject, 'fields'>, version: string): JsonObject {
  const url = `/services/data/${version}/sobjects/${name}`;
  return {
    name,
    label,
    custom,
    keyPrefix,
    labelPlural,
    ...flags,
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  };
}

function description(account: Account, object: SObject, fields: Field[], version: string): Json {
  const url = `/services/data/${version}/sobjects/${object.name}`;
  const host = `https://${account.name}.my.salesforce.com`;
  const master = '012000000000000AAA';
  return {
    actionOverrides: [],
    ...flags,
    childRelationships: [],
    compactLayoutable: true,
    custom: object.custom,
    fields: fields.map(describeField),
    hasSubtypes: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    listviewable: null,
    lookupLayoutable: null,
    mruEnabled: true,
    name: object.name,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [
      {
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        master: true,
        name: 'Master',
        recordTypeId: master,
        urls: { layout: `${url}/describe/layouts/${master}` },
      },
    ],
    searchLayoutable: true,
    sobjectDescribeOption: 'FULL',
    supportedScopes: [{ label: `All ${object.labelPlural.toLowerCase()}`, name: 'everything' }],
    urls: {
      compactLayouts: `${url}/describe/compactLayouts`,
      rowTemplate: `${url}/{ID}`,
      approvalLayouts: `${url}/describe/approvalLayouts`,
      uiDetailTemplate: `${host}/{ID}`,
      uiEditTemplate: `${host}/{ID}/e`,
      listviews: `${url}/listviews`,
      describe: `${url}/describe`,
      uiNewRecord: `${host}/${object.keyPrefix}/e`,
      quickActions: `${url}/quickActions`,
      layouts: `${url}/describe/layouts`,
      sobject: url,
    },
  };
}

const soapTypes: Record<string, string> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  int: 'xsd:int',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  address: 'urn:address',
};

const system = new Set(['Id', 'IsDeleted', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp']);

function describeField(field: Field): Json {
  const { name, type, length } = field;
  const custom = name.endsWith('__c');
  const isNumber = soapTypes[type] === 'xsd:double';
  const isWritable = !system.has(name) && type !== 'address';
  const isLong = type === 'textarea' && length > 255;
  const relationship = field.referenceTo ? name.replace(/Id$/, '') : null;
  return {
    aggregatable: !isLong && type !== 'address',
    autoNumber: false,
    byteLength: length * (type === 'id' || type === 'reference' ? 1 : 3),
    calculated: false,
    calculatedFormula: null,
    cascadeDelete: false,
    caseSensitive: false,
    compoundFieldName: field.compoundFieldName ?? null,
    controllerName: null,
    createable: isWritable,
    custom,
    defaultValue: type === 'boolean' ? false : null,
    defaultValueFormula: null,
    defaultedOnCreate: system.has(name),
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: type === 'int' ? 8 : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: false,
    extraTypeInfo: isLong ? 'plaintextarea' : null,
    filterable: !isLong,
    filteredLookupInfo: null,
    groupable: !isLong && !isNumber && type !== 'address' && type !== 'datetime',
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: name === 'Id' || name === 'Email',
    inlineHelpText: null,
    label: name === 'Id' ? 'Record ID' : name.replace(/__c$/, '').replaceAll('_', ' '),
    length,
    mask: null,
    maskType: null,
    name,
    nameField: name === 'Name',
    namePointing: false,
    nillable: !system.has(name) && type !== 'boolean',
    permissionable: isWritable,
    picklistValues: [],
    polymorphicForeignKey: false,
    precision: isNumber ? 18 : 0,
    queryByDistance: type === 'address',
    referenceTargetField: null,
    referenceTo: field.referenceTo ?? [],
    relationshipName: relationship,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: false,
    scale: isNumber ? 2 : 0,
    searchPrefilterable: type === 'reference',
    soapType: soapTypes[type] ?? 'xsd:string',
    sortable: !isLong && type !== 'address',
    type,
    unique: false,
    updateable: isWritable,
    writeRequiresMasterRead: false,
  };
}
