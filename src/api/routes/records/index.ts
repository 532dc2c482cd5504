import type { Endpoint } from '../../endpoint.ts';
import { getRecordsEndpoint } from './batch.ts';
import { followRecordsEndpoint } from './follow.ts';
import { getRecordEndpoint } from './get.ts';
import { listRecordsEndpoint } from './list.ts';

/** The actions stand before the record: inside they are segments, which a record's id could be. */
export const recordEndpoints: readonly Endpoint[] = [listRecordsEndpoint, followRecordsEndpoint, getRecordsEndpoint, getRecordEndpoint];
