import type { FieldType } from '../../base/field-type.ts';

/** A declared field of a record table, as the hub knows it. */
export interface HubField {
  id: string;
  table: string;
  name: string;
  /** Where the value stands in the record (base/path). */
  path: string;
  type: FieldType;
  isIndexed: boolean;
  status: 'adding' | 'ready' | 'dropping';
  /** Records whose value did not fit the type and is null; null: not counted yet. */
  failedCasts: number | null;
}

/** A field that records show, or that the provider describes. */
export interface InferredField {
  path: string;
  type: FieldType;
  /** Records of the sample that have it. */
  records: number;
}

/** A view of ours: what it is called, whose records it shows and by which columns. */
export interface HubView {
  name: string;
  kind: 'object' | 'unified';
  /** Of an object's view; null: it shows a model of several. */
  provider: string | null;
  object: string | null;
  columns: string[];
}

export interface FieldsOfHub {
  /** Begins to add the field, or goes on with it. A table that is not there yet gets it when it is created. */
  putField(field: {
    id: string;
    provider: string;
    object: string;
    name: string;
    path: string;
    type: FieldType;
    isIndexed: boolean;
  }): Promise<void>;
  /** Fills it in the records that are there, in steps that hold no writer up. */
  fillField(input: { id: string; msMax: number }): Promise<{ remaining: boolean }>;
  indexField(input: { id: string }): Promise<void>;
  renameField(input: { id: string; name: string }): Promise<void>;
  dropField(input: { id: string }): Promise<void>;
  listFields(input: { provider: string; object: string }): Promise<HubField[]>;
  countFailedCasts(input: { id: string }): Promise<number | null>;
  inferFields(input: { provider: string; object: string }): Promise<InferredField[]>;
  listViews(): Promise<HubView[]>;
}
