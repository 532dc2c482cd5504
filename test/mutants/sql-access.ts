import type { Mutation } from './mutations.ts';

export const sqlAccess: Mutation[] = [
  {
    id: 'reader-sees-all-customers',
    promise: 7,
    breaks: 'an SQL role of one customer reads the rows of all',
    edits: [
      {
        file: 'src/hub/readers/policies.ts',
        find: ': own;',
        replace: ": 'true';",
      },
    ],
    test: { file: 'test/hostile/sql-roles.test.ts', title: 'sees the rows of its customer in every table and view, and none of another' },
  },
  {
    id: 'policy-by-setting',
    promise: 7,
    breaks: 'a session of an SQL role names the customer whose rows it sees by a setting',
    edits: [
      {
        file: 'src/hub/readers/policies.ts',
        find: ': own;',
        replace: ": own.concat(' or ', confined.by, \" = current_setting('syncline.customer_id', true)\");",
      },
    ],
    test: { file: 'test/hostile/sql-roles.test.ts', title: 'is somebody else by no setting and by no other role' },
  },
  {
    id: 'new-table-unsecured',
    promise: 7,
    breaks: 'a table that is created after the first SQL role was issued shows every row to all roles',
    edits: [
      {
        file: 'src/hub/readers/secure-table.ts',
        find: "await secure(hub, tx, { relation, by: '_syncline_customer_id' }, groups);",
        replace: '',
      },
    ],
    test: {
      file: 'test/hostile/sql-roles.test.ts',
      title: 'sees its rows, and only those, of a table that is created afterwards',
    },
  },
  {
    id: 'advisory-locks-open',
    promise: 7,
    breaks: 'an SQL role takes the locks of registered writers and holds up the feeds of every hub',
    edits: [
      {
        file: 'src/hub/readers/harden.ts',
        find: "(p.proname ~ '^pg_(try_)?advisory_' or p.proname = any ($1::text[]))",
        replace: 'p.proname = any ($1::text[])',
      },
    ],
    test: {
      file: 'test/hostile/sql-roles.test.ts',
      title: 'does not hold up the feed, fill the disk or reach the control plane, where the database is ours',
    },
  },
  {
    id: 'run-row-before-records',
    promise: 1,
    breaks: 'a run tells of records whose transaction may still fail',
    edits: [
      {
        file: 'src/hub/checkpoint.ts',
        find: 'if (run) return saveStateAndRun(hub, tx, syncId, state, run());',
        replace: 'if (run) await writeTransaction(hub, (other) => upsertRun(hub, other, run()));',
      },
    ],
    test: { file: 'test/hub/runs.test.ts', title: 'O88 a slice that does not commit leaves no word of its run' },
  },
];
