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

/** A field as it is declared. */
export interface PutField {
  id: string;
  provider: string;
  object: string;
  name: string;
  path: string;
  type: FieldType;
  isIndexed: boolean;
}

export interface FieldsOfHub {
  /** Brings the column to what is declared: adds, renames or replaces it. Nothing is filled yet. */
  putField(field: PutField): Promise<void>;
  /** Fills it in the records that are there, in steps that hold no writer up. */
  fillField(input: { id: string; msMax: number }): Promise<{ remaining: boolean }>;
  /** `remaining`: another worker is at it, or the signal ended it. */
  indexField(input: { id: string; signal?: AbortSignal }): Promise<{ remaining: boolean }>;
  /** Filled and indexed: from here on it shows. null: it was declared otherwise meanwhile. */
  finishField(filled: PutField): Promise<{ failedCasts: number | null } | null>;
  dropField(input: { id: string }): Promise<void>;
  /** Views of the vendor's that would not survive its end. */
  findFieldDependents(input: { id: string }): Promise<string[]>;
  listFields(input: { provider: string; object: string }): Promise<HubField[]>;
  countFailedCasts(input: { id: string }): Promise<number | null>;
  inferFields(input: { provider: string; object: string }): Promise<InferredField[]>;
  listViews(): Promise<HubView[]>;
}
