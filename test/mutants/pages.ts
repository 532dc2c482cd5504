import type { Mutation } from './mutations.ts';

export const pages: Mutation[] = [
  {
    id: 'memory-lent-too-early',
    promise: 1,
    breaks: 'the memory of a page is used for the next one while its records are still to be written',
    edits: [
      {
        file: 'src/engine/inbound/read-pages.ts',
        find: '      await writeGroup(slice, group);\n      for (const page of group) page.release();\n',
        replace: '      for (const page of group) page.release();\n      await writeGroup(slice, group);\n',
      },
    ],
    test: {
      file: 'test/flows/content.test.ts',
      title: 'B29 pages that share their memory one after the other land as they came',
    },
  },
  {
    id: 'memory-of-others-lent',
    promise: 1,
    breaks: 'memory that Node shares among small Buffers is lent to the next page',
    edits: [{ file: 'src/base/body-buffers.ts', find: '|| !lent.delete(buffer) ', replace: '' }],
    test: { file: 'src/base/body-buffers.test.ts', title: 'memory that Node shares among small Buffers is never lent to others' },
  },
  {
    id: 'unopened-not-counted',
    promise: 3,
    breaks: 'a slice of which a part stands there is taken for unchanged',
    edits: [{ file: 'src/hub/meet-unchanged.ts', find: 'return rows[0]!.count === count;', replace: 'return rows[0]!.count > 0;' }],
    test: { file: 'test/hub/write-slice.test.ts', title: 'an id that two pages list is met once, and the newer version stands' },
  },
  {
    id: 'met-unopened-stays-held',
    promise: 4,
    breaks: 'a record that is met again unchanged stays among those that are held for deletion',
    edits: [
      {
        file: 'src/hub/meet-unchanged.ts',
        find: 'if (row.hasStaged || row.hasHold || row.hasKept || row.hasQuarantined) return false;',
        replace: 'if (row.hasStaged || row.hasKept || row.hasQuarantined) return false;',
      },
    ],
    test: {
      file: 'test/hub/holds.test.ts',
      title: 'B17 what a full read meets unchanged waits for no decision from then on, however the read ends',
    },
  },
  {
    id: 'met-unopened-stays-kept',
    promise: 4,
    breaks: 'a record that is met again unchanged is still kept as a person decided, when it is gone later',
    edits: [
      {
        file: 'src/hub/meet-unchanged.ts',
        find: 'if (row.hasStaged || row.hasHold || row.hasKept || row.hasQuarantined) return false;',
        replace: 'if (row.hasStaged || row.hasHold || row.hasQuarantined) return false;',
      },
    ],
    test: {
      file: 'test/hub/large-holds.test.ts',
      title: 'twenty thousand held, kept, met and purged records each take their batches, and no statement its limit',
    },
  },
  {
    id: 'met-unopened-stays-staged',
    promise: 4,
    breaks: 'a record that its own read told to be deleted, and met later unchanged, is deleted',
    edits: [
      {
        file: 'src/hub/meet-unchanged.ts',
        find: 'if (row.hasStaged || row.hasHold || row.hasKept || row.hasQuarantined) return false;',
        replace: 'if (row.hasHold || row.hasKept || row.hasQuarantined) return false;',
      },
    ],
    test: {
      file: 'test/hub/write-slice.test.ts',
      title: 'take back the delete that their own read told before',
    },
  },
  {
    id: 'met-unopened-stays-set-aside',
    promise: 4,
    breaks: 'a record that is met again as it stands is listed as set aside for ever',
    edits: [
      {
        file: 'src/hub/meet-unchanged.ts',
        find: 'if (row.hasStaged || row.hasHold || row.hasKept || row.hasQuarantined) return false;',
        replace: 'if (row.hasStaged || row.hasHold || row.hasKept) return false;',
      },
    ],
    test: {
      file: 'test/hub/write-slice.test.ts',
      title: 'are not set aside any more',
    },
  },
  {
    id: 'packed-with-nul',
    promise: 1,
    breaks: 'an id with a NUL byte is packed as plain, and Postgres refuses the whole page',
    edits: [
      {
        file: 'src/engine/page/pack-elements.ts',
        find: 'if (byte === backslash || byte === 0) return 0;',
        replace: 'if (byte === backslash) return 0;',
      },
    ],
    test: {
      file: 'src/engine/page/pack-elements.test.ts',
      title: 'a record whose id holds a NUL byte is set aside, also on a page that is read again',
    },
  },
];
