import { clocks } from './clocks.ts';
import { destinations } from './destinations.ts';
import { down } from './down.ts';
import { fields } from './fields.ts';
import { launch } from './launch.ts';
import { listing } from './listing.ts';
import { memory } from './memory.ts';
import { models } from './models.ts';
import { pages } from './pages.ts';
import { passthrough } from './passthrough.ts';
import { providers } from './providers.ts';
import { secrets } from './secrets.ts';
import { sqlAccess } from './sql-access.ts';
import { syncConfigs } from './sync-configs.ts';
import { tableLayout } from './table-layout.ts';
import { unified } from './unified.ts';
import { webhooks } from './webhooks.ts';

/** One place of the code that a mutation changes. */
export interface Edit {
  file: string;
  /** Must stand exactly once in the file. */
  find: string;
  replace: string;
}

/** A change of the code that breaks a promise, and the test that must notice. `docs/guarantees.md` names the same pairs. */
export interface Mutation {
  id: string;
  /** Number of the promise in docs/guarantees.md. */
  promise: number;
  breaks: string;
  /** Several where the promise is kept twice over: each keeps it alone. */
  edits: Edit[];
  test: { file: string; title: string };
}

const nothingLost: Mutation[] = [
  {
    id: 'complete-over-a-gap',
    promise: 1,
    breaks: 'a read of changes moves complete_as_of, wherever it began',
    edits: [
      {
        file: 'src/engine/inbound/completeness.ts',
        find: 'return before !== null && since !== null && Date.parse(since) <= Date.parse(before);',
        replace: 'return before !== null && since !== null;',
      },
    ],
    test: {
      file: 'test/flows/completeness.test.ts',
      title: 'H52 nothing older than complete_as_of is ever missing, though changes show up to an hour late',
    },
  },
  {
    id: 'complete-at-once',
    promise: 1,
    breaks: 'a read answers for everything that changed before it began, however late the provider shows it',
    edits: [
      {
        file: 'src/engine/inbound/completeness.ts',
        find: 'const reached = began - Math.max(visibilityLagSeconds, settledLagSeconds ?? 0) * 1000;',
        replace: 'const reached = began;',
      },
    ],
    test: {
      file: 'test/flows/completeness.test.ts',
      title: 'H52 nothing older than complete_as_of is ever missing, though changes show up to an hour late',
    },
  },
  {
    id: 'sweep-loses-its-lease',
    promise: 1,
    breaks: 'a sweep that lasts longer than the lease is taken for dead',
    edits: [
      {
        file: 'src/engine/inbound/keep-lease.ts',
        find: '.then(() => renewLease(slice.ctx, slice.lease, leaseSeconds))',
        replace: '.then(() => undefined)',
      },
    ],
    test: {
      file: 'test/flows/long-sweeps.test.ts',
      title: 'B18 a sweep that lasts longer than the lease keeps it: nobody takes the run for abandoned',
    },
  },
  {
    id: 'stalled-is-success',
    promise: 1,
    breaks: 'a read of changes that cannot tell how far it has come counts as a success',
    edits: [
      { file: 'src/engine/inbound/stalled.ts', find: 'highest === null && unmarked > 0', replace: 'highest === null && unmarked < 0' },
    ],
    test: {
      file: 'test/flows/stalled.test.ts',
      title: 'a run of changes that cannot move its checkpoint is a failure with a name, not a success; what it read is stored',
    },
  },
  {
    id: 'lost-job-waits',
    promise: 1,
    breaks: 'a job that died with its worker before it took the lease is not queued again',
    edits: [
      {
        file: 'src/syncs/lease.ts',
        find: 'const queuedSeconds = ctx.limits.leaseSeconds;',
        replace: 'const queuedSeconds = ctx.limits.leaseSeconds * 100;',
      },
    ],
    test: {
      file: 'test/engine/lost-jobs.test.ts',
      title: 'B18 a job whose worker dies before it took the lease is queued again after a lease, not later',
    },
  },
  {
    id: 'first-mark-forgets-deletes',
    promise: 1,
    breaks: 'the first incremental read behind opaque marks asks for living records only',
    edits: [
      {
        file: 'providers/sandbox/objects.ts',
        find: "parts: [changes(pathOf('opaque_events'), 'since', { always: { include_deleted: 'true' } })],",
        replace: "parts: [changes(pathOf('opaque_events'), 'since')],",
      },
    ],
    test: {
      file: 'test/flows/read-edges.test.ts',
      title: 'what is deleted between the full read and the first incremental one is found',
    },
  },
  {
    id: 'checkpoint-before-records',
    promise: 1,
    breaks: 'the checkpoint is committed before the records that it covers',
    edits: [
      {
        file: 'src/hub/write-slice.ts',
        find: 'return writeTransaction(hub, async (tx) => {',
        replace: `await writeTransaction(hub, (tx) => saveState(hub, tx, input.syncId, input.checkpoint({
          inserted: 0, updated: 0, deleted: 0, unchanged: 0, quarantined: 0, firstSeq: null, lastSeq: null })));
  return writeTransaction(hub, async (tx) => {`,
      },
    ],
    test: {
      file: 'test/hub/under-way.test.ts',
      title: 'a slice whose records fail in the database leaves the checkpoint where it was, and can be written again',
    },
  },
  {
    id: 'no-fence',
    promise: 1,
    breaks: 'a worker that was overtaken may go on writing',
    edits: [
      {
        file: 'src/hub/checkpoint.ts',
        find: `where c.fence <= excluded.fence
       returning c.generation, c.is_fresh`,
        replace: 'returning c.generation, c.is_fresh',
      },
    ],
    test: {
      file: 'test/hub/write-slice.test.ts',
      title: 'H38 a worker with an older fence writes nothing, neither records nor checkpoint',
    },
  },
  {
    id: 'strictly-after',
    promise: 1,
    breaks: 'an incremental read asks for what changed after its mark (>) instead of at or after it (≥)',
    edits: [{ file: 'providers/hubspot/search.ts', find: `operator: isExclusive ? 'GT' : 'GTE'`, replace: `operator: 'GT'` }],
    test: {
      file: 'test/conformance/hubspot-search.test.ts',
      title: 'B12 records that share the boundary timestamp are read, older ones are not',
    },
  },
  {
    id: 'page-strictly-after',
    promise: 1,
    breaks: 'a page begins after the last time of the page before, so records that share it are skipped',
    edits: [
      {
        file: 'src/kit/modified-walk.ts',
        find: 'return step === 0 ? { at, step: null } : { at, isExclusive: false };',
        replace: 'return step === 0 ? { at, step: null } : { at, isExclusive: true };',
      },
    ],
    test: { file: 'src/kit/paging.test.ts', title: 'begins at the mark and goes on at the last value, inclusively' },
  },
  {
    id: 'mark-beyond-the-begin',
    promise: 1,
    breaks: 'the mark moves to the highest time seen, whenever the read began',
    edits: [
      {
        file: 'src/engine/inbound/watermark-rules.ts',
        find: 'providerTime === null ? time : Math.min(time, providerTime.getTime())',
        replace: 'time',
      },
    ],
    test: {
      file: 'test/engine/watermarks.test.ts',
      title: 'B13 a record modified during the full listing, after its page was read, is there after the next incremental run',
    },
  },
  {
    id: 'no-look-back',
    promise: 1,
    breaks: 'the next read begins at the mark itself, and what became visible late is never seen',
    edits: [
      {
        file: 'src/engine/inbound/watermark-rules.ts',
        find: 'timeOf(watermark) - lookbackSeconds * 1000',
        replace: 'timeOf(watermark)',
      },
    ],
    test: {
      file: 'test/engine/watermarks.test.ts',
      title: 'H52 a record that becomes visible late, with a time before the mark, arrives with a later run',
    },
  },
  {
    id: 'mark-moves-with-pages',
    promise: 1,
    breaks: 'the mark moves with every page instead of at the clean end of the read',
    edits: [
      {
        file: 'src/engine/inbound/read-pages.ts',
        find: '{ read: after });',
        replace: '{ read: after, watermark: after.highest });',
      },
    ],
    test: {
      file: 'test/engine/watermarks.test.ts',
      title: 'D24 T11 a run that fails in the middle leaves the mark where it was, and the next one loses nothing',
    },
  },
  {
    id: 'forgotten-position-unnoticed',
    promise: 1,
    breaks: 'a feed whose position the provider has forgotten is asked for the same position again',
    edits: [
      {
        file: 'src/engine/inbound/restart-read.ts',
        find: 'if (isAskedByMark(read)) {',
        replace: 'if (isAskedByMark(read) && read.pages < 0) {',
      },
    ],
    test: {
      file: 'test/flows/feeds.test.ts',
      title: 'D19 a position that the provider has forgotten is noticed: everything is read, reported, and nothing is missing',
    },
  },
  {
    id: 'position-of-the-last-event',
    promise: 1,
    breaks: 'the position of a log moves to its last event, although an earlier one may yet become visible',
    edits: [
      {
        file: 'src/engine/page/feed-page.ts',
        find: 'if (settledBefore && at && at >= settledBefore)',
        replace: 'if (settledBefore === undefined)',
      },
    ],
    test: {
      file: 'test/flows/feeds.test.ts',
      title: 'H52 D18 an event that shows up late, before others that were read, is met by a later read',
    },
  },
  {
    id: 'start-behind-the-late',
    promise: 1,
    breaks: 'a log is taken up at its newest event, although an earlier one and its record may yet become visible',
    edits: [
      {
        file: 'src/engine/inbound/begin-read.ts',
        find: 'newest.value === null || settled === null || before === undefined',
        replace: 'newest.value === null || settled === null || before !== null',
      },
    ],
    test: {
      file: 'test/flows/feeds.test.ts',
      title: 'H52 a change that shows up late, and was hidden while everything was read, is met by a later read',
    },
  },
  {
    id: 'gap-before-the-window',
    promise: 1,
    breaks: 'a window begins its length before now, however long the sync was down',
    edits: [
      {
        file: 'src/engine/inbound/since.ts',
        find: 'Math.max(windowSeconds * 1000 - elapsedMs, 0)',
        replace: '(windowSeconds * 1000 - elapsedMs)',
      },
    ],
    test: { file: 'test/flows/windows.test.ts', title: 'D42 after a downtime longer than the window the gap is noticed, told, and read' },
  },
  {
    id: 'no-baseline',
    promise: 1,
    breaks: 'a changed strategy goes on from a mark that another one left behind',
    edits: [{ file: 'src/engine/inbound/plan.ts', find: ' || isSwitched) return full;', replace: ') return full;' }],
    test: {
      file: 'test/flows/strategies.test.ts',
      title: 'D16 a strategy is changed at any time: the first run after it is a baseline, nothing is lost, doubled or rewritten',
    },
  },
  {
    id: 'clock-set-back-unnoticed',
    promise: 1,
    breaks: 'a mark ahead of the provider’s clock is believed',
    edits: [
      {
        file: 'src/engine/inbound/watermark-rules.ts',
        find: 'return timeOf(watermark) > providerTime.getTime() + clockToleranceMs;',
        replace: 'return false;',
      },
    ],
    test: {
      file: 'test/engine/watermarks.test.ts',
      title: 'H53 a provider whose clock is set back is read in full: what it writes meanwhile lies below the mark',
    },
  },
  {
    id: 'notice-forgotten',
    promise: 1,
    breaks: 'what a hook tells while its record is being read is forgotten',
    edits: [{ file: 'src/syncs/hook-notices.ts', find: 'set done_version = u.version,', replace: 'set done_version = n.version,' }],
    test: { file: 'test/flows/hooks.test.ts', title: 'a change that is told while its record is being read is read once more' },
  },
  {
    id: 'older-answer-wins',
    promise: 1,
    breaks: 'an older version that arrives late overwrites a newer one',
    edits: [{ file: 'src/hub/rule.ts', find: 'return `(t._syncline_seq <= ${asked}', replace: 'return `(${asked} >= 0' }],
    test: { file: 'test/hub/write-slice.test.ts', title: 'overlapping and older: written is false' },
  },
  {
    id: 'first-events-dropped',
    promise: 1,
    breaks: 'of the first events of an account only the newest page is read, and the older ones are taken for read',
    edits: [
      {
        file: 'providers/stripe/events.ts',
        find: 'if (next !== null && page.position === null && page.since === null)',
        replace: 'if (next !== null && page.position === null && page.since === undefined)',
      },
    ],
    test: {
      file: 'test/conformance/stripe.test.ts',
      title: 'first events of an account that fill more than a page have no place to go on from',
    },
  },
];

const nothingMissed: Mutation[] = [
  {
    id: 'complete-before-it-shows',
    promise: 2,
    breaks: 'a page is called complete by rows that its reader may not see yet',
    edits: [
      {
        file: 'src/hub/completeness.ts',
        find: 'const above = recent.filter(({ seq }) => seq > horizon);',
        replace: 'const above = recent.filter(({ seq }) => seq < 0n && horizon < 0n);',
      },
    ],
    test: { file: 'src/hub/completeness.test.ts', title: 'a page is complete as of' },
  },
  {
    id: 'horizon-ignored',
    promise: 2,
    breaks: 'the listing shows everything that was drawn, past writers that have not committed',
    edits: [{ file: 'src/hub/feed-page.ts', find: 'after: cursor.seq, upTo: now.horizon', replace: 'after: cursor.seq, upTo: now.drawn' }],
    test: { file: 'test/hub/feed.test.ts', title: 'a writer in flight holds the horizon below everything that it may yet show' },
  },
  {
    id: 'registered-after-drawing',
    promise: 2,
    breaks: 'a writer registers after it has drawn its seqs, so a reader may pass them before they are visible',
    edits: [
      {
        file: 'src/hub/write-slice.ts',
        find: `await registerWriter(hub, tx, freshSavepoint);
    const written = await copyFresh(hub, tx, place, live);`,
        replace: `await tx.query('savepoint fresh');
    const written = await copyFresh(hub, tx, place, live);
    await registerWriter(hub, tx);`,
      },
    ],
    test: {
      file: 'test/hub/feed.test.ts',
      title: 'a reader that follows the cursor misses nothing while eight writers commit; one that follows seq alone does',
    },
  },
  {
    id: 'dropped-tombstones-unnoticed',
    promise: 2,
    breaks: 'a cursor goes on although a tombstone that it had not shown was removed',
    edits: [
      {
        file: 'src/hub/feed-page.ts',
        find: 'if (page.droppedSeq > cursor.seq && page.droppedSeq > cursor.base)',
        replace: 'if (page.droppedSeq < 0n)',
      },
    ],
    test: {
      file: 'test/hub/purge.test.ts',
      title: 'tombstones stay thirty days; then a cursor that may have missed one has expired, and no other',
    },
  },
];

const unchangedIsFree: Mutation[] = [
  {
    id: 'unobserved-is-a-change',
    promise: 3,
    breaks: 'a field that is not observed makes a record change',
    edits: [
      { file: 'src/engine/inbound/fetch-page.ts', find: 'if (observed.length > 0)', replace: 'if (observed.length < 0)' },
      { file: 'src/hub/observed.ts', find: 'if (!observed?.length)', replace: 'if (values.length > 0)' },
    ],
    test: {
      file: 'test/flows/content-rules.test.ts',
      title: 'D32 only observed fields make a change; when one does, the row carries what the others hold now',
    },
  },
  {
    id: 'unchanged-rewritten',
    promise: 3,
    breaks: 'records are written without asking whether they changed',
    edits: [
      {
        file: 'src/hub/write-slice.ts',
        find: 'const probed = await probe(hub, tx, place, live, { expectsUnchanged: input.marksSeen, older });',
        replace: 'const probed = live;',
      },
      {
        file: 'src/hub/upsert.ts',
        find: 'or ${isDifferent}',
        replace: 'or true',
      },
    ],
    test: {
      file: 'test/hub/write-slice.test.ts',
      title: 'B20 records that are looked at one by one and have not changed are neither rewritten nor locked',
    },
  },
  {
    id: 'key-order-is-a-change',
    promise: 3,
    breaks: 'the same record with its members in another order counts as changed',
    edits: [
      {
        file: 'src/hub/observed.ts',
        find: 'jsonb_strip_nulls(t.raw)::text <> jsonb_strip_nulls(i.raw)::text',
        replace: 't._syncline_hash <> i.hash',
      },
    ],
    test: {
      file: 'test/hub/write-slice.test.ts',
      title: 'D31 D35 other key order and added null members are no change; 1.10 and 1.1 are two values',
    },
  },
  {
    id: 'unchanged-announced',
    promise: 3,
    breaks: 'a run that changed nothing announces changes',
    edits: [
      {
        file: 'src/syncs/end-run.ts',
        find: 'const hasNews = announces && lastSeq !== null && BigInt(lastSeq) > (run.lastSeq ?? 0n);',
        replace: 'const hasNews = announces;',
      },
      { file: 'src/syncs/end-run.ts', find: '{ firstSeq: BigInt(firstSeq!), lastSeq: BigInt(lastSeq) }', replace: '{}' },
    ],
    test: {
      file: 'test/engine/watermarks.test.ts',
      title: 'H51 records that are read again because of the overlap change nothing and announce nothing',
    },
  },
];

const deletesAreSafe: Mutation[] = [
  {
    id: 'too-large-is-missing',
    promise: 4,
    breaks: 'a pass over the keys takes a record that it meets, and that could not be stored, for gone',
    edits: [
      {
        file: 'src/engine/inbound/read-pages.ts',
        find: '...quarantined.flatMap(({ id }) => (id === null ? [] : [id])),',
        replace: '...quarantined.flatMap(() => []),',
      },
    ],
    test: {
      file: 'test/hostile/engine.test.ts',
      title: 'a pass over the keys that lists whole records takes none for missing because it has grown too large',
    },
  },
  {
    id: 'overtaken-lists-count',
    promise: 4,
    breaks: 'the list inside an older version of a record brings back what a newer one, or a delete, took out',
    edits: [
      {
        file: 'src/hub/unfolded.ts',
        find: 'lists.filter(({ parent }) => !overtaken.has(parent.id))',
        replace: 'lists.filter(({ parent }) => overtaken.size >= 0 && parent.id)',
      },
    ],
    test: { file: 'test/hostile/hub-rules.test.ts', title: 'bring nothing back that went with its parent' },
  },
  {
    id: 'approval-deletes-what-came-back',
    promise: 4,
    breaks: 'approving held deletes also deletes what was written since they were held',
    edits: [
      {
        file: 'src/hub/settle-hold.ts',
        find: '((s.is_missing and t._syncline_seq <= $4::int8 and t._syncline_deleted_at is null)',
        replace: '((s.is_missing and $4::int8 >= 0 and t._syncline_deleted_at is null)',
      },
    ],
    test: {
      file: 'test/hub/holds.test.ts',
      title: 'B17 an approval leaves alone what was rewritten since, and what was met again needs no decision',
    },
  },
  {
    id: 'rejection-forgotten',
    promise: 4,
    breaks: 'what a person refused to delete is proposed again, or deleted, by the next read',
    edits: [{ file: 'src/hub/due.ts', find: 'select k.seq = t._syncline_seq from', replace: 'select k.seq < 0 from' }],
    test: { file: 'test/hub/holds.test.ts', title: 'B17 what was rejected is not held by later reads until it changes or is met again' },
  },
  {
    id: 'start-proves-absence',
    promise: 4,
    breaks: 'a full read that begins at a time deletes everything that is older',
    edits: [
      {
        file: 'src/engine/inbound/end-read.ts',
        find: "if (kind === 'full' && lease.sync.startFrom !== null) return 'none';",
        replace: '',
      },
    ],
    test: {
      file: 'test/flows/capabilities.test.ts',
      title: 'T13 an earlier start loads the older rows and leaves the newer ones alone; a later one takes nothing away',
    },
  },
  {
    id: 'children-outlive-their-parents',
    promise: 4,
    breaks: 'what was inside a record stays when the record is deleted',
    edits: [
      {
        file: 'src/hub/delete-batch.ts',
        find: 'const unfolded = await deleteUnfolded(hub, tx, gone);',
        replace: 'const unfolded = gone.firstSeq === 0n ? await deleteUnfolded(hub, tx, gone) : [];',
      },
    ],
    test: {
      file: 'test/flows/parents.test.ts',
      title: 'with a record goes what was inside it, and comes back with it; a list that is missing says nothing, an empty one everything',
    },
  },
  {
    id: 'sweep-after-a-failed-page',
    promise: 4,
    breaks: 'a read that broke off is taken for complete, and what it did not reach is deleted',
    edits: [
      { file: 'src/engine/inbound/page-stream.ts', find: 'if (group.length === 0 && failure) throw failure.error;', replace: '' },
      {
        file: 'src/engine/inbound/read-pages.ts',
        find: 'return read.part >= partsOf(slice.definition, read.kind).length;',
        replace: 'return read.part >= 0;',
      },
    ],
    test: {
      file: 'test/engine/deletes.test.ts',
      title: 'H19 a read that failed on page 3 of 5 deletes nothing, and neither does the run that takes it up at page 3 miss anything',
    },
  },
  {
    id: 'approximate-is-complete',
    promise: 4,
    breaks: 'what a read by page numbers did not meet is deleted at once',
    edits: [{ file: 'src/engine/inbound/end-read.ts', find: `? 'complete' : 'approximate';`, replace: `? 'complete' : 'complete';` }],
    test: {
      file: 'test/engine/deletes.test.ts',
      title: 'H54 without a get by id, two clean reads in a row must miss a record before it is deleted',
    },
  },
  {
    id: 'nameless-records-ignored',
    promise: 4,
    breaks: 'a read that met a record without an id still concludes what is gone',
    edits: [
      {
        file: 'src/engine/inbound/end-read.ts',
        find: `if (!meetsEverything(kind) || idless > 0 || isKeyless(definition)) return 'none';`,
        replace: `if (!meetsEverything(kind) || isKeyless(definition)) return 'none';`,
      },
    ],
    test: { file: 'test/engine/deletes.test.ts', title: 'a read in which a record had no id proves nothing about what it did not meet' },
  },
  {
    id: 'changes-prove-absence',
    promise: 4,
    breaks: 'a window or another read of changes concludes that what it did not meet is gone',
    edits: [
      { file: 'src/hub/begin-read.ts', find: `input.kind === 'full' || input.kind === 'keys'`, replace: 'true' },
      {
        file: 'src/engine/inbound/end-read.ts',
        find: 'if (!meetsEverything(kind) && signals === 0)',
        replace: 'if (kind === null && signals === 0)',
      },
      { file: 'src/engine/inbound/end-read.ts', find: 'if (!meetsEverything(kind) || idless > 0 ||', replace: 'if (idless > 0 ||' },
    ],
    test: {
      file: 'test/flows/windows.test.ts',
      title: 'D40 a row of the window that is deleted there is not marked by reading the window',
    },
  },
  {
    id: 'guard-off',
    promise: 4,
    breaks: 'an empty answer with status 200 deletes everything',
    edits: [{ file: 'src/engine/inbound/guard.ts', find: 'if (deletes === 0) return null;', replace: 'if (deletes >= 0) return null;' }],
    test: {
      file: 'test/engine/deletes.test.ts',
      title: 'B17 H18 an empty list with status 200 deletes nothing: the run is held, visibly, and a good read goes on',
    },
  },
  {
    id: 'overtaken-rows-swept',
    promise: 4,
    breaks: 'what another path wrote since the read began is deleted because the read did not meet it',
    edits: [
      {
        file: 'src/hub/store-missing.ts',
        find: 'and t._syncline_seq <= $4::int8',
        replace: 'and $4::int8 >= 0',
      },
      { file: 'src/hub/due.ts', find: '(s.is_missing and t._syncline_seq <= $3::int8 and', replace: '(s.is_missing and $3::int8 >= 0 and' },
    ],
    test: {
      file: 'test/hub/under-way.test.ts',
      title: 'B16 what another path was writing when the read began, and committed after it, is left alone',
    },
  },
  {
    id: 'unasked-record-resurrects',
    promise: 4,
    breaks: 'an older record that a hook carries brings back one that was deleted since',
    edits: [
      {
        file: 'src/hub/write-hooked.ts',
        find: 'filter(({ askedSeq }) => askedSeq === 0n)',
        replace: 'filter(({ askedSeq }) => askedSeq < 0n)',
      },
    ],
    test: {
      file: 'test/flows/hooks.test.ts',
      title: 'H63 notices that carry older versions in the wrong order lead to what the provider holds',
    },
  },
  {
    id: 'signal-beats-newer-version',
    promise: 4,
    breaks: 'a delete signal removes a record that the same read met alive later',
    edits: [
      {
        file: 'src/hub/write-slice.ts',
        find: 'if (slice.live.length && row.hasStaged)',
        replace: 'if (slice.live.length < 0 && row.hasStaged)',
      },
      { file: 'src/hub/due.ts', find: "and ${incomingWins({ asked: 's.asked_seq', modified: 's.modified_at' })})`", replace: ')`' },
    ],
    test: {
      file: 'test/hub/deletes.test.ts',
      title: 'P35 a delete signal waits for the end of its read, and a version that is newer beats it',
    },
  },
  {
    id: 'canceled-not-listed',
    promise: 4,
    breaks: 'canceled subscriptions are not asked for, so a full read takes them for deleted',
    edits: [{ file: 'providers/stripe/objects.ts', find: `query: { status: 'all' },`, replace: 'query: {},' }],
    test: {
      file: 'test/conformance/stripe.test.ts',
      title: 'canceled subscriptions are asked for, or they would count as gone',
    },
  },
  {
    id: 'two-lists-prove',
    promise: 4,
    breaks: 'a deal that moved between the two lists of a full read is taken for deleted',
    edits: [
      {
        file: 'providers/pipedrive/objects.ts',
        find: `listing('list', dealsPath, 'approximate'), listing('archived', archivedPath, 'approximate')`,
        replace: `listing('list', dealsPath, 'complete'), listing('archived', archivedPath, 'complete')`,
      },
    ],
    test: {
      file: 'test/flows/pipedrive.test.ts',
      title: 'a deal that is archived while the lists are read is not taken for deleted',
    },
  },
];

const tenantsApart: Mutation[] = [
  {
    id: 'declared-for-all',
    promise: 7,
    breaks: 'a declared provider is remembered for every application that calls one by its name',
    edits: [
      {
        file: 'src/catalog/declared/find-provider.ts',
        find: 'return `${applicationId} ${name} ${version} ${updatedAt.getTime()}`;',
        replace: 'return `${name} ${version}`;',
      },
    ],
    test: {
      file: 'test/flows/declared-providers.test.ts',
      title: 'another application neither sees it nor can use it, and may declare one of the same name',
    },
  },
  {
    id: 'token-lists-everybody',
    promise: 7,
    breaks: 'a customer token lists the records of all customers',
    edits: [
      {
        file: 'src/hub/open-listed.ts',
        find: 'const customerId = own ?? given.customerId;',
        replace: 'const customerId = given.customerId;',
      },
    ],
    test: { file: 'test/api/contract.test.ts', title: 'listRecords shows nothing of another customer' },
  },
  {
    id: 'customer-filter-dropped',
    promise: 7,
    breaks: 'the listing of one customer shows everybody’s records',
    edits: [
      {
        file: 'src/hub/read-page.ts',
        find: 'if (query.customerId === undefined)',
        replace: 'if (query.customerId !== null)',
      },
    ],
    test: {
      file: 'test/hub/list-page.test.ts',
      title: 'B26 hostile customer ids find nothing of others, and ids that differ in punctuation only stay apart',
    },
  },
  {
    id: 'foreign-connection-shown',
    promise: 7,
    breaks: 'a connection is found by its id, whichever application it belongs to',
    edits: [
      {
        file: 'src/connect/get-connection.ts',
        find: 'where: { id: connectionId, applicationId, ...(customerId',
        replace: 'where: { id: connectionId, ...(customerId',
      },
    ],
    test: { file: 'test/api/contract.test.ts', title: 'getConnection finds nothing of ours' },
  },
  {
    id: 'foreign-connection-used',
    promise: 7,
    breaks: 'a worker opens the credentials of another application’s connection',
    edits: [
      {
        file: 'src/connect/held-connection.ts',
        find: 'where: { id: connectionId, applicationId }, include',
        replace: 'where: { id: connectionId }, include',
      },
    ],
    test: { file: 'test/connect/client.test.ts', title: 'a connection of another application does not exist' },
  },
  {
    id: 'foreign-customers-sync',
    promise: 7,
    breaks: 'a customer token shows another customer’s sync',
    edits: [
      {
        file: 'src/syncs/find-sync.ts',
        find: 'if (!found || (customerId !== undefined && found.customerId !== customerId))',
        replace: 'if (!found || customerId === null)',
      },
    ],
    test: { file: 'test/api/contract.test.ts', title: 'getSync shows nothing of another customer' },
  },
  {
    id: 'forged-hook-taken',
    promise: 7,
    breaks: 'a hook that the provider did not sign is taken',
    edits: [
      {
        file: 'src/connect/hooks/authenticate-hook.ts',
        find: 'if (refusal === null) return { providerConfig, hooks };',
        replace: 'if (refusal !== undefined) return { providerConfig, hooks };',
      },
    ],
    test: {
      file: 'test/flows/hooks.test.ts',
      title: 'T05 P37 a forged or an old signature is 401; a replay has one effect; a foreign account none',
    },
  },
  {
    id: 'endless-slice',
    promise: 7,
    breaks: 'a run keeps its worker until it has read everything',
    edits: [
      {
        file: 'src/engine/inbound/page-stream.ts',
        find: 'fetched < slicePagesMax && !isOver(slice) && !isEnded',
        replace: '!isEnded && fetched + slicePagesMax > 0',
      },
    ],
    test: {
      file: 'test/engine/runs.test.ts',
      title: 'a run goes to the back of the queue after each slice, and its counters add up over all of them',
    },
  },
];

const secretsStaySecret: Mutation[] = [
  {
    id: 'credentials-follow-a-declaration',
    promise: 8,
    breaks: 'a changed declaration sends the credentials of connections to another host',
    edits: [
      {
        file: 'src/catalog/declared/update-declared-provider.ts',
        find: 'await refuseOtherHosts(tx, applicationId, known, after);',
        replace: '',
      },
    ],
    test: {
      file: 'test/flows/declared-providers.test.ts',
      title: 'a change names the version that it was made from, reaches the next read, and never sends credentials elsewhere',
    },
  },
  {
    id: 'state-used-twice',
    promise: 8,
    breaks: 'an OAuth state can be brought back again',
    edits: [{ file: 'src/connect/oauth/state.ts', find: 'and used_at is null\n', replace: '\n' }],
    test: { file: 'test/connect/callback.test.ts', title: 'B25 a replayed callback is refused and changes nothing' },
  },
  {
    id: 'state-from-any-browser',
    promise: 8,
    breaks: 'an OAuth state is not bound to the browser that began it',
    edits: [
      {
        file: 'src/connect/oauth/state.ts',
        find: 'and browser_hash = ${hashToken(browserToken)}::bytea',
        replace: 'and ${browserToken}::text is not null',
      },
    ],
    test: {
      file: 'test/connect/callback.test.ts',
      title: 'B25 a callback in another browser is refused, and the right browser still connects',
    },
  },
  {
    id: 'state-never-expires',
    promise: 8,
    breaks: 'an OAuth state is good for ever',
    edits: [{ file: 'src/connect/oauth/state.ts', find: 'and expires_at > syncline_now()\n', replace: '\n' }],
    test: { file: 'test/connect/callback.test.ts', title: 'B25 an expired state is refused' },
  },
  {
    id: 'sealed-value-movable',
    promise: 8,
    breaks: 'a sealed credential opens in another connection’s row',
    edits: [
      { file: 'src/connect/vault.ts', find: `return Buffer.from(place, 'utf8');`, replace: `return Buffer.from('anywhere', 'utf8');` },
    ],
    test: { file: 'src/connect/vault.test.ts', title: 'a value moved to another row does not open' },
  },
  {
    id: 'credentials-to-any-origin',
    promise: 8,
    breaks: 'a next link to another origin gets the credentials',
    edits: [{ file: 'src/connect/target.ts', find: '!url || url.origin !== base.origin || url.username', replace: '!url || url.username' }],
    test: {
      file: 'src/connect/target.test.ts',
      title: 'https://evil.example/contacts is refused: credentials stay at the origin of the base URL',
    },
  },
  {
    id: 'captured-host-believed',
    promise: 8,
    breaks: 'a captured host is used without matching it with its pattern again',
    edits: [
      {
        file: 'src/catalog/template.ts',
        find: '!new RegExp(`^(?:${definition.pattern})$`).test(value) || ',
        replace: '',
      },
    ],
    test: {
      file: 'test/connect/quirks.test.ts',
      title: 'a captured host that no longer matches its pattern is not used, whatever the row says',
    },
  },
  {
    id: 'url-logged',
    promise: 8,
    breaks: 'the log shows the raw path and query, with connect links, codes and states',
    edits: [
      {
        file: 'src/api/middleware/request-log.ts',
        find: 'method: c.req.method,\n      route:',
        replace: 'method: c.req.method,\n      url: c.req.url,\n      route:',
      },
    ],
    test: {
      file: 'test/hostile/secrets.test.ts',
      title: 'nothing that is secret stands in a log, an answer, an event or the database after everything that can happen to it',
    },
  },
  {
    id: 'secret-printed',
    promise: 8,
    breaks: 'a secret shows its value where it is printed',
    edits: [
      {
        file: 'src/base/secret.ts',
        find: `toJSON(): string {\n    return '[sealed]';`,
        replace: 'toJSON(): string {\n    return this.#value;',
      },
    ],
    test: { file: 'test/launch/config.test.ts', title: 'a configuration that is printed shows no secret' },
  },
];

const oneRefresh: Mutation[] = [
  {
    id: 'refresh-without-lease',
    promise: 9,
    breaks: 'every process refreshes for itself',
    edits: [
      {
        file: 'src/connect/refresh-lease.ts',
        find: '    and (refresh_lease_until is null or refresh_lease_until <= syncline_now())\n',
        replace: '',
      },
    ],
    test: {
      file: 'test/connect/refresh-processes.test.ts',
      title: 'B22 20 callers on each of 2 processes with pools of 3 cause exactly one refresh, and all of them go on with its token',
    },
  },
  {
    id: 'save-without-compare',
    promise: 9,
    breaks: 'a process that slept past its lease saves over what came after',
    edits: [
      {
        file: 'src/connect/refresh-once.ts',
        find: `status: 'active', credentialsVersion: held.version, refreshFence: fence }`,
        replace: `status: 'active', ...(fence < 0n && { refreshFence: fence }) }`,
      },
    ],
    test: { file: 'test/connect/refresh.test.ts', title: 'a process that slept past its lease writes nothing over what came after' },
  },
  {
    id: 'rotated-token-dropped',
    promise: 9,
    breaks: 'the rotated refresh token is not saved',
    edits: [
      {
        file: 'src/connect/refresh-once.ts',
        find: 'refreshToken: refreshToken ?? credentials.refreshToken',
        replace: 'refreshToken: credentials.refreshToken ?? refreshToken',
      },
    ],
    test: {
      file: 'test/connect/refresh.test.ts',
      title: 'P07 a refused token is refreshed once and the call repeated once; the rotated refresh token is stored before use',
    },
  },
  {
    id: 'outage-disconnects',
    promise: 9,
    breaks: 'a token endpoint that answers 5xx disconnects the customer',
    edits: [
      {
        file: 'src/connect/oauth/client.ts',
        find: "if (status >= 500) throw new ProviderError('unavailable', `The provider's token endpoint answered HTTP ${status}.`, { status });",
        replace: `if (status >= 500) return { status: 400, text: '{"error":"invalid_grant"}' };`,
      },
    ],
    test: { file: 'test/connect/refresh.test.ts', title: 'a token endpoint that is down for an hour disconnects nobody' },
  },
  {
    id: 'odd-refusal-disconnects',
    promise: 9,
    breaks: 'a refusal that nobody knows disconnects the customer',
    edits: [
      {
        file: 'src/connect/oauth/refusal.ts',
        find: `'client_refused' : 'other';`,
        replace: `'client_refused' : 'grant_ended';`,
      },
    ],
    test: { file: 'test/connect/refresh.test.ts', title: 'an unknown refusal of the refresh is tried again later and disconnects nobody' },
  },
  {
    id: 'wrong-secret-disconnects',
    promise: 9,
    breaks: 'a wrong client secret of the vendor disconnects its customers',
    edits: [
      {
        file: 'src/connect/refresh-once.ts',
        find: `(meaning === 'client_refused' && auth.kind === 'client_credentials')`,
        replace: `meaning === 'client_refused'`,
      },
    ],
    test: {
      file: 'test/connect/refresh.test.ts',
      title: 'a wrong client secret marks the provider config and leaves the customers connected; a new one mends it',
    },
  },
];

const limitsRespected: Mutation[] = [
  {
    id: 'budget-ignored',
    promise: 10,
    breaks: 'requests leave without a place in their windows',
    edits: [
      {
        file: 'src/connect/connection-client.ts',
        find: '{ windows, isInteractive: sync === null }',
        replace: '{ windows: windows.slice(windows.length), isInteractive: sync === null }',
      },
    ],
    test: {
      file: 'test/flows/rate-budgets.test.ts',
      title:
        'H11 O20 two syncs of one connection with two workers never exceed its budget together, and a cap on one leaves room to the other',
    },
  },
  {
    id: 'wait-forgotten',
    promise: 10,
    breaks: 'the wait that a provider asked for is not kept for others',
    edits: [
      {
        file: 'src/connect/connection-client.ts',
        find: "if (error.meaning === 'rate_limited') await holdBack(",
        replace: "if (error.meaning === 'rate_limited' && apiCalls < 0) await holdBack(",
      },
    ],
    test: {
      file: 'test/flows/rate-budgets.test.ts',
      title: 'nothing of that category is asked before it is over, whoever asks; the run goes on by itself and fails nothing',
    },
  },
  {
    id: 'report-unread',
    promise: 10,
    breaks: 'what answers report about their budget teaches nothing',
    edits: [
      {
        file: 'src/connect/connection-client.ts',
        find: 'if (!isKnown || report.used > reported.used)',
        replace: 'if (isKnown && report.used > reported.used)',
      },
    ],
    test: {
      file: 'test/flows/rate-budgets.test.ts',
      title: 'B21 what the answers report is obeyed before the provider complains, the use of others included',
    },
  },
];

export const mutations: Mutation[] = [
  ...nothingLost,
  ...clocks,
  ...nothingMissed,
  ...unchangedIsFree,
  ...deletesAreSafe,
  ...tenantsApart,
  ...secretsStaySecret,
  ...oneRefresh,
  ...limitsRespected,
  ...providers,
  ...destinations,
  ...down,
  ...syncConfigs,
  ...tableLayout,
  ...launch,
  ...fields,
  ...secrets,
  ...sqlAccess,
  ...listing,
  ...memory,
  ...models,
  ...pages,
  ...passthrough,
  ...unified,
  ...webhooks,
];
