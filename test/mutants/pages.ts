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
      title: 'B29 pages that share their memory one after the other, read by another thread, land as they came',
    },
  },
  {
    id: 'page-lost-with-its-thread',
    promise: 1,
    breaks: 'a page whose thread ends is lost, and its read with it',
    edits: [
      {
        file: 'src/engine/page/read-page.ts',
        find: '      if (!(error instanceof ThreadEnded)) throw error;\n',
        replace: '      throw error;\n',
      },
    ],
    test: {
      file: 'src/engine/page/read-in-thread.test.ts',
      title: 'a thread that ends loses no page: it is read here, and the end is told',
    },
  },
  {
    id: 'unopened-not-counted',
    promise: 3,
    breaks: 'a slice of which a part stands there is taken for unchanged',
    edits: [{ file: 'src/hub/probe.ts', find: 'return rows[0]!.count === count;', replace: 'return rows[0]!.count > 0;' }],
    test: { file: 'test/hub/write-slice.test.ts', title: 'an id that two pages list is met once, and the newer version stands' },
  },
  {
    id: 'met-unopened-stays-held',
    promise: 4,
    breaks: 'a record that is met again unchanged stays among those that are held for deletion',
    edits: [
      { file: 'src/hub/meet-unchanged.ts', find: 'row.hasStaged || row.hasHold || row.hasKept || row.hasQuarantined || ', replace: '' },
    ],
    test: {
      file: 'test/hub/large-holds.test.ts',
      title: 'twenty thousand held, kept, met and purged records each take their batches, and no statement its limit',
    },
  },
];
