import type { FieldType } from '../../base/field-type.ts';
import type { UnifiedCategory } from '../../base/mapping/expr.ts';

/** A model that records of several providers have in common, as data. Fields are only ever added, at the end. */
export interface UnifiedModel {
  category: UnifiedCategory;
  name: string;
  description: string;
  /** In the order in which they are answered. */
  fields: Record<string, ModelField>;
}

export type ModelField = ScalarField | ListField;

export interface ScalarField {
  type: FieldType;
  description: string;
  /** The only values; what a provider knows beyond them is OTHER. */
  values?: readonly string[];
  /** The model of the same category whose record's remote id this is. */
  relation?: string;
}

/** A list is never null: empty, where there is nothing. */
export interface ListField {
  type: 'list';
  description: string;
  item: Record<string, ScalarField>;
}

export function text(description: string): ScalarField {
  return { type: 'text', description };
}

export function number(description: string): ScalarField {
  return { type: 'number', description };
}

export function time(description: string): ScalarField {
  return { type: 'time', description };
}

export function date(description: string): ScalarField {
  return { type: 'date', description };
}

export function flag(description: string): ScalarField {
  return { type: 'boolean', description };
}

export function choice(values: readonly string[], description: string): ScalarField {
  return { type: 'text', values: [...values, 'OTHER'], description };
}

export function relation(model: string, description: string): ScalarField {
  return { type: 'text', relation: model, description };
}

export function list(description: string, item: Record<string, ScalarField>): ListField {
  return { type: 'list', description, item };
}

/** Every model has them. */
export const times = {
  remote_created_at: time('When the provider says that the record was made.'),
  remote_updated_at: time('When the provider says that the record changed last.'),
};

export const emails = list('E-mail addresses.', {
  email: text('The address.'),
  type: text("The provider's word for it, or the field's name."),
});
export const phones = list('Telephone numbers, as they are written.', {
  number: text('The number.'),
  type: text("The provider's word for it, or the field's name."),
});
export const addresses = list('Postal addresses.', {
  street_1: text('Street and number.'),
  street_2: text('The second line.'),
  city: text('City.'),
  state: text('State or region.'),
  postal_code: text('Postal code.'),
  country: text('Country, as it is written.'),
  type: text("The provider's word for it, or the field's name."),
});
