import { type FieldsDefinition, type FieldType, type Json, ProviderError, type ReadDefinition } from '#kit';

export const apiPath = '/services/data/v60.0';

/** What a read needs to know of an object before it can ask. */
export interface Described {
  fields: string[];
  /** The field that moves with every change; null: the object has none. */
  modified: (typeof modifiedFields)[number] | null;
  hasDeleteMark: boolean;
  /** Some of its records may be archived, which not every query shows. */
  hasArchive: boolean;
  /** Fields that do not fit the URL. */
  leftOut: number;
}

/** The best first. SystemModstamp moves with changes by the system too; formula fields move none of them. */
export const modifiedFields = ['SystemModstamp', 'LastModifiedDate', 'CreatedDate'] as const;

/** SOQL has no `*`: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm */
export function prepareFields(name: string, { needsModified }: { needsModified: boolean }): NonNullable<ReadDefinition['prepare']> {
  return {
    request: { method: 'GET', path: `${apiPath}/sobjects/${name}/describe` },
    reduce: (body) => chooseFields(name, body, needsModified),
    leftOut: (prepared) => (prepared as unknown as Described).leftOut,
  };
}

interface Field {
  name: string;
  label?: string;
  type: string;
}

/**
 * base64 fields can be had one record at a time only. Compound fields (address, location) repeat their members and are read all
 * the same: a record is kept as a get shows it.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/compound_fields.htm
 */
const skippedTypes = new Set(['base64', 'complexvalue']);
/** The whole URL may have 16,384 bytes: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm */
const fieldsCharsMax = 14_000;
/** A comma, percent-encoded. */
const separatorChars = 3;

function chooseFields(name: string, body: Json, needsModified: boolean): Json {
  const { fields, queryable } = body as unknown as { fields?: Field[]; queryable?: boolean };
  if (!Array.isArray(fields)) throw new ProviderError('unavailable', `The description of ${name} has no array 'fields'.`);
  if (queryable === false) throw new ProviderError('invalid', `${name} cannot be read: Salesforce says that it is not queryable.`);
  const names = new Set(fields.filter(({ type }) => !skippedTypes.has(type)).map((field) => field.name));
  const modified = modifiedFields.find((field) => names.has(field)) ?? null;
  if (needsModified && modified === null)
    throw new ProviderError('invalid', `${name} has no field that tells when a record changed. Use the strategy full_only for it.`);
  const first = ['Id', 'IsDeleted', ...modifiedFields].filter((field) => names.has(field));
  let chars = 0;
  const wanted = [...new Set([...first, ...names])];
  const fitting = wanted.filter((field) => {
    chars += field.length + separatorChars;
    return chars <= fieldsCharsMax;
  });
  const hasDeleteMark = names.has('IsDeleted');
  const hasArchive = hasDeleteMark && names.has('IsArchived');
  return { fields: fitting, modified, hasDeleteMark, hasArchive, leftOut: wanted.length - fitting.length } satisfies Described;
}

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/primitive_data_types.htm */
const fieldTypes: Record<string, FieldType> = {
  ...{ boolean: 'boolean', int: 'integer', long: 'integer', double: 'number', currency: 'number', percent: 'number' },
  ...{ date: 'date', datetime: 'time', address: 'json', location: 'json' },
};

/** The description once more, as fields that can be declared. */
export function describeFields(name: string): FieldsDefinition {
  return {
    request: { method: 'GET', path: `${apiPath}/sobjects/${name}/describe` },
    reduce: (body) =>
      ((body as unknown as { fields?: Field[] } | null)?.fields ?? [])
        .filter(({ type }) => !skippedTypes.has(type))
        .map((field) => ({ path: field.name, label: field.label ?? field.name, type: fieldTypes[field.type] ?? 'text' })),
  };
}
