import type { JsonObject } from '../json.ts';

/** One version of a record that was written, loaded or deleted; records nobody touched exist only as numbers. */
export interface Row {
  id: string;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
  /** Counts every write of its store. */
  version: number;
  /** The content in the dialect's own shape, without id, times and delete mark. */
  fields: JsonObject;
  /** Loaded as recorded: no field is added that was not there. */
  isVerbatim: boolean;
  /** Served as this text, whatever it holds. For records that no store would accept. */
  raw: string | null;
  /** Gone without a trace: neither listed nor marked deleted. */
  isGone: boolean;
  /** The provider's time of the write, and what stood here before: a lagging search still shows it. */
  writtenAt: number;
  previous: Row | null;
}

/** How the records of one object come out of their number. n counts from 1; ids and times grow with n. */
export interface Model {
  idOf(n: number): string;
  createdAtOf(n: number): number;
  updatedAtOf(n: number): number;
  fieldsOf(n: number): JsonObject;
  compareIds(a: string, b: string): number;
  /** The id of a record that is created: the n-th of this store. Default: idOf(n). */
  newId?(n: number, fields: JsonObject): string;
  /** Salesforce writes whole seconds. */
  timeStepMs: number;
}

/** Where a record stands in a listing. A number is a generated record that nobody touched. */
export type Entry = number | Row;

export type Deleted = 'exclude' | 'include' | 'only';
