export interface ListingOfHub {
  /** Records by their ids: the items as JSON, ready to send. */
  getRecords(input: {
    provider: string;
    object: string;
    ids: string[];
    customerId?: string | undefined;
    connectionId?: string | undefined;
    /** Parts of the records to show; absent: the whole. */
    paths?: string[] | undefined;
    includeDeleted: boolean;
  }): Promise<{ body: Buffer; count: number; etag: string }>;
  /** `isExact` false: there are more than were counted. */
  countRecords(filters: RecordFilters): Promise<{ count: number; isExact: boolean }>;
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

type Scalar = string | number | boolean;
export interface FieldFilter {
  eq?: Scalar;
  in?: Scalar[];
  gt?: Scalar;
  gte?: Scalar;
  lt?: Scalar;
  lte?: Scalar;
}
