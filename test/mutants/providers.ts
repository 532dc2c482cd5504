import type { Mutation } from './mutations.ts';

const keyPasses = 'test/flows/key-passes.test.ts';

/** What the catalog's own providers say of themselves. */
export const providers: Mutation[] = [
  {
    id: 'archived-are-missing',
    promise: 4,
    breaks: 'a task that Salesforce has archived is taken for deleted',
    edits: [
      {
        file: 'providers/salesforce/describe.ts',
        find: `hasDeleteMark && names.has('IsArchived')`,
        replace: 'false',
      },
    ],
    test: {
      file: 'test/flows/salesforce-objects.test.ts',
      title: 'a task that is archived is neither deleted by a full read nor by a pass over the ids',
    },
  },
  {
    id: 'archive-kept-for-ever',
    promise: 4,
    breaks: 'HubSpot is believed to remember for ever what was archived',
    edits: [{ file: 'providers/hubspot/objects.ts', find: ', maxAgeSeconds: archivedSeconds', replace: '' }],
    test: {
      file: keyPasses,
      title: 'P36 H61 HubSpot: what was archived while a sync was off for longer than HubSpot keeps it is found by a pass over the ids',
    },
  },
  {
    id: 'records-for-keys',
    promise: 4,
    breaks: 'a pass over the ids of Salesforce reads whole records',
    edits: [
      {
        file: 'providers/salesforce/objects.ts',
        find: `everything(name, () => ['Id'])`,
        replace: 'everything(name, ({ fields }) => fields)',
      },
    ],
    test: {
      file: keyPasses,
      title: 'what vanishes without a trace is found by the ids alone, and a pass that breaks off deletes nothing',
    },
  },
  {
    id: 'odd-batch-proves',
    promise: 4,
    breaks: 'what a batch leaves out counts as deleted, though one of its records cannot be told from it',
    edits: [
      { file: 'src/engine/inbound/join-records.ts', find: 'if (id === null) isWhole = false;', replace: 'if (id === null) continue;' },
    ],
    test: {
      file: 'src/engine/inbound/join-records.test.ts',
      title: 'a record of a batch without an id leaves open which one it is: the absence of others proves nothing',
    },
  },
  {
    id: 'batches-from-the-start',
    promise: 1,
    breaks: 'a batch that is refused makes all batches of the page be asked for again, so that a tight budget never gets through it',
    edits: [{ file: 'src/engine/inbound/looking-client.ts', find: 'if (isPassing(error)) keepBegun(syncId, begun);', replace: '' }],
    test: {
      file: 'test/flows/feeds.test.ts',
      title:
        'D18 records that a feed only names are read in bounded batches, each once; what a batch leaves out is deleted, and no fault of one loses a change',
    },
  },
  {
    id: 'second-left-behind',
    promise: 1,
    breaks: 'a walk in whole seconds goes on behind a second before all of its leads are read',
    edits: [
      {
        file: 'providers/pipedrive/v1.ts',
        find: 'wholeSecond(last.watermark) === wholeSecond(at)',
        replace: 'last.watermark === at',
      },
    ],
    test: {
      file: 'test/conformance/pipedrive.test.ts',
      title: 'leads of one second are all read, whichever milliseconds they have and however many they are',
    },
  },
  {
    id: 'no-way-back',
    promise: 1,
    breaks: 'records of one moment that are paged by number are read once, and the mark passes what slid by meanwhile',
    edits: [{ file: 'src/kit/modified-walk.ts', find: 'page === 0 ? null : { page: page - 1, isBack: true }', replace: 'null' }],
    test: {
      file: 'test/conformance/pipedrive.test.ts',
      title: 'of a second with more leads than fit a page',
    },
  },
  {
    id: 'row-slides-by',
    promise: 1,
    breaks:
      'a page by offset goes on behind the last row of the page before, whatever left the list meanwhile, and the mark passes what slid by',
    edits: [{ file: 'src/kit/paging.ts', find: 'Math.min(overlapRows, Math.floor(count / 2))', replace: '0 * overlapRows' }],
    test: {
      file: 'test/conformance/pipedrive.test.ts',
      title: 'archived, among those that are new',
    },
  },
];
