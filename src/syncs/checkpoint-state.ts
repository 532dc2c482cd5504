import { z } from 'zod';
import type { Json, JsonObject } from '../kit/index.ts';
import { readKinds, readWarnings } from './read-kinds.ts';

/**
 * Where a sync stands, as it lies in the hub beside the records: it commits in the transactions that write them, so that
 * records, position and counters can never disagree. The run row of the control plane only copies from it.
 */
export const stateVersion = 1;

const count = z.int().min(0);
const seq = z.string().regex(/^\d+$/);
const json: z.ZodType<Json> = z.json() as z.ZodType<Json>;
const jsonObject = z.record(z.string(), json) as z.ZodType<JsonObject>;

/**
 * What a run has done so far. fetched = inserted + updated + unchanged + quarantined: every record that was read is in exactly
 * one of the four (a record met twice in one transaction, an older version and a delete signal changed nothing: unchanged).
 * `deleted` counts rows that became tombstones, which are not fetched.
 */
export const countersSchema = z.strictObject({
  slices: count,
  fetched: count,
  inserted: count,
  updated: count,
  deleted: count,
  unchanged: count,
  quarantined: count,
  apiCalls: count,
  bytes: count,
  /** Milliseconds of waiting: for limits, and between repeated requests. */
  waitMs: count.default(0),
  /** Records that the run is expected to read; null: nobody knows. */
  totalEstimate: count.nullable().default(null),
  heldDeletes: count,
  /** Records that came more than once in a read of everything, beyond the first time; they are counted above as well. */
  duplicates: count.default(0),
  firstSeq: seq.nullable(),
  lastSeq: seq.nullable(),
  /** The same of objects that are unfolded from the records, by name; they are not fetched. */
  unfolded: z
    .record(
      z.string(),
      z.strictObject({
        inserted: count,
        updated: count,
        deleted: count,
        quarantined: count,
        firstSeq: seq.nullable(),
        lastSeq: seq.nullable(),
      }),
    )
    .default({}),
});
export type Counters = z.infer<typeof countersSchema>;

export const emptyCounters: Counters = {
  slices: 0,
  fetched: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  quarantined: 0,
  apiCalls: 0,
  bytes: 0,
  waitMs: 0,
  totalEstimate: null,
  heldDeletes: 0,
  duplicates: 0,
  firstSeq: null,
  lastSeq: null,
  unfolded: {},
};

const kind = z.enum(readKinds);

/** A read that has begun and not ended. Another worker, or the next run, goes on from here. */
export const readSchema = z.strictObject({
  kind,
  generation: seq,
  /** The feed horizon when the read began: what was written above it since is left alone by the sweep. */
  horizon: seq,
  /** Watermark minus look-back, position of the feed or beginning of the window, as every request of this read asks. null: everything. */
  since: z.string().nullable(),
  /** The same for the parts that list deletions behind a pointer of their own. */
  deletionsSince: z.string().nullable().default(null),
  prepared: json,
  /** Index of the part being read, and where in it; null: its first page. */
  part: count,
  position: jsonObject.nullable(),
  /** Pages committed; `beacon` is an earlier position that must never come back (a pagination that goes in circles). */
  pages: count,
  beacon: jsonObject.nullable(),
  /** Records met in this read, and records that had no id (nobody knows which they were: nothing is concluded from absence). */
  met: count,
  idless: count,
  /** Records that the provider said are deleted. */
  signals: count,
  /** Records of pages on which none carried a readable watermark. */
  unmarked: count.default(0),
  /** Highest watermark seen, on the first page and in all. */
  firstPageHighest: z.string().nullable(),
  highest: z.string().nullable(),
  /** Latest time of a deletion that was listed. */
  highestDeletion: z.iso.datetime().nullable().default(null),
  /** The position of the provider's feed that this read has earned: it holds once the read has ended. null: none yet. */
  feed: z.strictObject({ position: z.string().nullable() }).nullable().default(null),
  /** How many records the provider says its listing has. */
  total: count.nullable().default(null),
  /** Until when what it depends on (its parents) was complete when it began; absent: it depends on nothing. */
  completeMax: z.iso.datetime().nullable().optional(),
  /** false: items have come that are too young to be counted on; no later position counts. */
  isFeedSettled: z.boolean().default(true),
  warnings: z.array(z.enum(readWarnings)).default([]),
  /** Our clock and the provider's when the read began: information, and the upper bound of the next watermark. */
  startedAt: z.iso.datetime(),
  providerTime: z.iso.datetime().nullable(),
  /** Times the read was begun anew because a page token had expired, and the page at which it was last resumed without one. */
  restarts: count,
  resumedAt: count.nullable(),
  /** Set once the pages are read and the guard has agreed: what is gone is being deleted. */
  deleting: z.strictObject({ absence: z.enum(['complete', 'approximate', 'none']), confirmedGone: z.array(z.string()) }).nullable(),
});
export type ReadState = z.infer<typeof readSchema>;

export const stateSchema = z.strictObject({
  version: z.literal(stateVersion),
  /** The run that wrote this, and what it has done so far. */
  runId: z.string().nullable(),
  counters: countersSchema,
  /** The provider-side value up to which everything has been read. Moves only when a read ends. */
  watermark: z.string().nullable(),
  /** A full read has ended since the last reset. */
  hasFull: z.boolean(),
  /** The strategy under which it ended: under another one everything is read first. null: none has ended since this is noted. */
  strategy: z.string().nullable().default(null),
  /** The provider's feed has been read up to this position (null: it was empty); `at` is our clock when that read began. */
  feed: z.strictObject({ position: z.string().nullable(), at: z.iso.datetime() }).nullable().default(null),
  /** The feed of deletions has been read up to this time of the provider's (null: from its beginning on); `at` as above. */
  deletions: z.strictObject({ pointer: z.iso.datetime().nullable(), at: z.iso.datetime() }).nullable().default(null),
  /** Everything that changed before this time of the provider's has been read, by a full read or a window; `at` as above. */
  covered: z.strictObject({ until: z.iso.datetime(), at: z.iso.datetime() }).nullable().default(null),
  /** Our clock when the last read began that brings what changed: every other than a pass over the keys. */
  changesReadAt: z.iso.datetime().nullable().default(null),
  /** A pass over the keys is to follow at once. */
  owesKeys: z.boolean().default(false),
  /** Everything that changed at the provider before this time of its own has been read; null: unknown. */
  completeAsOf: z.iso.datetime().nullable().default(null),
  /** The last read that ended. */
  lastRead: z
    .strictObject({
      kind,
      startedAt: z.iso.datetime(),
      providerTime: z.iso.datetime().nullable(),
      /** Records that it met. */
      records: count.default(0),
    })
    .nullable(),
  read: readSchema.nullable(),
  /** Refusals of the provider in a row since something last went well. */
  failures: count,
  /** Set in the transaction that ends the read of `runId`: a crash after it finds the run finished, not lost. */
  ended: z.strictObject({ kind, outcome: z.enum(['succeeded', 'held']), reason: z.string().nullable() }).nullable(),
});
export type CheckpointState = z.infer<typeof stateSchema>;

export const emptyState: CheckpointState = {
  version: stateVersion,
  runId: null,
  counters: emptyCounters,
  watermark: null,
  hasFull: false,
  strategy: null,
  feed: null,
  deletions: null,
  covered: null,
  changesReadAt: null,
  owesKeys: false,
  completeAsOf: null,
  lastRead: null,
  read: null,
  failures: 0,
  ended: null,
};

/** A state that a newer version wrote is an error with a name, never a silent new beginning. */
export function parseState(state: Json | undefined): CheckpointState {
  if (state === undefined || state === null) return emptyState;
  return stateSchema.parse(state);
}
