export interface ListingOfHub {
  /** Records by their ids, in the order of the ids: the items as JSON, ready to send. */
  getRecords(input: RecordsById): Promise<FoundRecords>;
  /** Up to what seq everything is visible: shared by all who ask at the same time, so at most `pollMs` old. */
  feedHorizon(): Promise<bigint>;
}

export interface RecordsById {
  provider: string;
  object: string;
  ids: string[];
  customerId?: string | undefined;
  connectionId?: string | undefined;
  /** Parts of the records to show, as paths or names of declared fields; absent: the whole. */
  shown?: string[] | undefined;
  includeDeleted: boolean;
}

export interface FoundRecords {
  /** The records, with commas between. */
  items: Buffer;
  count: number;
  /** The connections that the records are of. */
  connectionIds: string[];
  /** Of the ids that were looked at, those that there are no records of. */
  missingIds: string[];
  /** The rest of the ids was not looked at: the answer would have become too large. */
  hasMore: boolean;
  /** The same for the same answer. */
  etag: string;
}

/** What a list of records is narrowed by. */
export interface RecordFilters {
  provider: string;
  object: string;
  customerId?: string | undefined;
  connectionId?: string | undefined;
  modifiedAfter?: Date | undefined;
  includeDeleted: boolean;
  /** On declared fields, by their names. */
  fields?: Record<string, FieldFilter> | undefined;
}

export type Scalar = string | number | boolean;

export interface FieldFilter {
  eq?: Scalar;
  in?: Scalar[];
  gt?: Scalar;
  gte?: Scalar;
  lt?: Scalar;
  lte?: Scalar;
}
