import type { FieldType } from '../base/field-type.ts';
import type { Field as FieldRow } from '../db/generated/client.ts';

export type FieldStatus = 'adding' | 'ready' | 'dropping' | 'failed';

/** A typed column that the vendor declared. */
export interface Field {
  id: string;
  destinationId: string;
  provider: string;
  object: string;
  name: string;
  path: string;
  type: FieldType;
  isIndexed: boolean;
  status: FieldStatus;
  statusReason: string | null;
  /** Records whose value does not fit the type; null: not counted. */
  failedCasts: number | null;
  createdAt: Date;
  updatedAt: Date;
}

export function shownField(row: FieldRow, failedCasts: number | null = null): Field {
  const { id, destinationId, provider, object, name, path, isIndexed, statusReason, createdAt, updatedAt } = row;
  return {
    ...{ id, destinationId, provider, object, name, path, isIndexed, statusReason, failedCasts, createdAt, updatedAt },
    type: row.type as FieldType,
    status: row.status as FieldStatus,
  };
}
