import type { Mutation } from './mutations.ts';

const upgrades = 'test/hub/upgrades.test.ts';

export const tableLayout: Mutation[] = [
  {
    id: 'table-step-twice',
    promise: 7,
    breaks: 'two processes that open a hub both take the steps of its tables',
    edits: [{ file: 'src/hub/table-layout/take-step.ts', find: 'if ((await layoutOf(hub, tx, on)) !== layout) return;', replace: '' }],
    test: {
      file: upgrades,
      title:
        'B30 steps of tables that die in their middle are taken again, once however many open the hub, while syncs write and what the vendor added stays',
    },
  },
  {
    id: 'held-table-stops-the-others',
    promise: 7,
    breaks: 'a table that somebody holds keeps every other from the layout of this release',
    edits: [{ file: 'src/hub/table-layout/upgrade-tables.ts', find: '    return false;\n  }\n}', replace: '    throw error;\n  }\n}' }],
    test: {
      file: upgrades,
      title: 'S08 B30 tables go up one at a time: one that is held stops no other and is named in the log, and follows when it is free',
    },
  },
  {
    id: 'dead-index-taken',
    promise: 7,
    breaks: 'an index whose building died is taken for one that serves',
    edits: [{ file: 'src/hub/build-index.ts', find: "if (state === 'valid') return;", replace: "if (state !== 'absent') return;" }],
    test: {
      file: upgrades,
      title:
        'B30 steps of tables that die in their middle are taken again, once however many open the hub, while syncs write and what the vendor added stays',
    },
  },
];
