/** What a declared field is in SQL: text, numeric, int8, boolean, timestamptz, date, jsonb. */
export const fieldTypes = ['text', 'number', 'integer', 'boolean', 'time', 'date', 'json'] as const;
export type FieldType = (typeof fieldTypes)[number];
