import type { SourceRow } from '../../base/mapping/sources.ts';
import type { Completeness } from '../completeness.ts';
import type { FieldCondition } from '../listing/conditions.ts';
import type { HubNames } from '../names.ts';
import type { HubTable } from '../types.ts';

/** How the records of one object are shown as a model: compiled above, where the mappings are known. `u` is the row. */
export interface UnifiedBranch {
  provider: string;
  object: string;
  /** What the mapping reads from `raw`, as texts; `rowOf` takes them as Postgres gave them. */
  texts(raw: string): string;
  rowOf(texts: (string | null)[]): SourceRow;
  /** The same as one JSON array. */
  sources(raw: string): string;
  /** Which records of the object are of the model; null: all. */
  where: ((raw: string) => string) | null;
  /** The named fields of the model as expressions over `f`, which selects `sources`. */
  columns(fields: readonly string[], raw: string): { sources: string; sqlOf(field: string): string };
  /** The model's fields as members of an object, without its braces. */
  write(row: SourceRow): string;
  /** The JSON text of each field. */
  read(row: SourceRow): Record<string, string>;
  /** The same of what is no record of the model: null, or an empty list. */
  nothing: Record<string, string>;
}

/** A relation that is shown as the record that it names. */
export interface UnifiedRelation {
  field: string;
  /** How the related model is made of each provider's objects. */
  branches: readonly UnifiedBranch[];
}

/** The values of custom fields of a row `u` of a provider, as an object of jsonb. */
export type CustomFieldsSql = (names: HubNames, provider: string) => string;

export interface UnifiedFilters {
  customerId?: string | undefined;
  connectionId?: string | undefined;
  /** The record's id at the provider. */
  remoteId?: string | undefined;
  /** Inclusive. */
  modifiedAfter?: Date | undefined;
  /** Exclusive. */
  modifiedBefore?: Date | undefined;
  /** On the model's fields, all of which must hold. */
  conditions?: readonly FieldCondition[] | undefined;
  includeDeleted: boolean;
}

/** What of the records is shown. */
export interface UnifiedShown {
  branches: readonly UnifiedBranch[];
  includeRaw: boolean;
  expand: readonly UnifiedRelation[];
  /** null: none are declared. */
  customFields: CustomFieldsSql | null;
}

export interface UnifiedPageInput extends UnifiedFilters, UnifiedShown {
  /** Category and name of the model: a cursor goes on with what it began with. */
  model: string;
  /** null: of every provider. */
  provider: string | null;
  cursor?: string | undefined;
  pageSize: number;
  /** Whether to count what the filters let through. */
  counts?: boolean | undefined;
  /** Of the syncs that bring these records; absent: nobody can say. */
  completeness?: Completeness | undefined;
}

/** One record by its connection and its id at the provider. */
export interface UnifiedById extends UnifiedShown {
  customerId?: string | undefined;
  connectionId: string;
  remoteId: string;
  includeDeleted: boolean;
}

/** `body` is the record as JSON text. `many`: several objects of the connection have one of that id, and none is the only one. */
export type UnifiedFound = { outcome: 'found'; body: Buffer; etag: string } | { outcome: 'none' | 'many' };

/** `body` is the whole answer as JSON text. */
export interface UnifiedPage {
  body: Buffer;
  count: number;
  nextCursor: string;
  hasMore: boolean;
  /** The same for the same answer. */
  etag: string;
}

/** A branch whose table is there. */
export interface TableBranch {
  branch: UnifiedBranch;
  table: HubTable;
}

/** A custom field as it is declared: of every customer where `customerId` is empty. */
export interface DeclaredField {
  category: string;
  model: string;
  provider: string;
  customerId: string;
  name: string;
  path: readonly string[];
  type: string;
}

export interface UnifiedPreviewInput {
  branches: readonly UnifiedBranch[];
  customerId?: string | undefined;
  recordsMax: number;
  /** Instead of what is declared. */
  fields: Pick<DeclaredField, 'name' | 'path' | 'type'>[];
}

export interface UnifiedPreview {
  /** The records as JSON, with commas between. */
  data: string;
  count: number;
  /** In how many of them a field has no value; fields that all of them have are not named. */
  withoutValue: Record<string, number>;
}
