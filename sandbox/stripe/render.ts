import { type JsonObject, writeJson } from '../json.ts';
import type { Row } from '../store/types.ts';
import type { StripeObject } from './objects.ts';

export const seconds = (at: number) => Math.floor(at / 1000);

/** The record as list, get and events give it. */
export function recordOf({ object, deletion }: StripeObject, row: Row): JsonObject {
  const times = { created: seconds(row.createdAt), ...(object === 'product' ? { updated: seconds(row.updatedAt) } : {}) };
  const canceledAt = row.deletedAt === null ? null : seconds(row.deletedAt);
  return {
    id: row.id,
    object,
    ...row.fields,
    ...(row.isVerbatim ? {} : { livemode: false, ...times }),
    ...(deletion === 'canceled' && canceledAt !== null ? { status: 'canceled', canceled_at: canceledAt, ended_at: canceledAt } : {}),
  };
}

export function renderRecord(object: StripeObject, row: Row): string {
  return writeJson(recordOf(object, row));
}

/** Whether the record is still listed. */
export function isThere({ deletion }: StripeObject, row: Row): boolean {
  return !row.isGone && (row.deletedAt === null || deletion === 'canceled' || deletion === 'none');
}
