export const fieldTypes = ['text', 'number', 'integer', 'boolean', 'time', 'date', 'json'] as const;
export type FieldType = (typeof fieldTypes)[number];

/** What a declared field is in SQL. */
export const fieldSqlTypes: Record<FieldType, string> = {
  text: 'text',
  number: 'numeric',
  integer: 'int8',
  boolean: 'boolean',
  time: 'timestamptz',
  date: 'date',
  json: 'jsonb',
};
