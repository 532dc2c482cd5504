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
        replace: '',
      },
    ],
    test: {
      file: 'test/hub/large-holds.test.ts',
      title: 'twenty thousand held, kept, met and purged records each take their batches, and no statement its limit',
    },
  },
];
