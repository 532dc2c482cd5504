import type { Mutation } from './mutations.ts';

export const launch: Mutation[] = [
  {
    id: 'migration-half-kept',
    promise: 1,
    breaks: 'a migration that is cut off stays noted as begun, and no start after it succeeds',
    edits: [
      {
        file: 'src/db/migrate.ts',
        find: "await client.query('begin');",
        replace: `await client.query('insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)', [randomUUID(), checksum, name]);
  await client.query('begin');`,
      },
    ],
    test: {
      file: 'test/launch/prisma-drift.test.ts',
      title: 'a migration that is cut off or fails leaves nothing: the next start applies it',
    },
  },
  {
    id: 'folder-unclaimed',
    promise: 1,
    breaks: 'two products that start at once on one data folder set it up over each other',
    edits: [{ file: 'src/db/embedded-owner.ts', find: 'if (others.length === 0) return release;', replace: 'return release;' }],
    test: {
      file: 'test/launch/embedded.test.ts',
      title: 'two products on one data folder, also at the very first start: one is refused with a sentence and the other lives on',
    },
  },
  {
    id: 'looks-before-it-claims',
    promise: 1,
    breaks: 'after a kill two products that start at once both have the data folder, and one ends the other’s server',
    edits: [
      { file: 'src/db/embedded-owner.ts', find: "fs.writeFileSync(mine, '', { mode: 0o600 });", replace: '' },
      {
        file: 'src/db/embedded-owner.ts',
        find: 'if (others.length === 0) return release;',
        replace: "if (others.length === 0) fs.writeFileSync(mine, '');\n      if (others.length === 0) return release;",
      },
    ],
    test: {
      file: 'test/launch/starts-at-once.test.ts',
      title: 'a folder whose owner was killed goes to one of two starts, at whatever step of the first the second comes in',
    },
  },
  {
    id: 'last-to-finish-wins',
    promise: 1,
    breaks: 'of two first starts as root one works in a folder that no later start finds',
    edits: [
      {
        file: 'src/db/make-once.ts',
        find: 'renameUnlessThere(aside, folder);',
        replace: 'fs.rmSync(folder, { recursive: true, force: true });\n    renameUnlessThere(aside, folder);',
      },
    ],
    test: {
      file: 'test/launch/starts-at-once.test.ts',
      title: 'two first starts that keep their data elsewhere keep it in one place, at whatever step of the first the second comes in',
    },
  },
  {
    id: 'any-database-taken',
    promise: 1,
    breaks: 'a start takes a database that cannot hold every text',
    edits: [{ file: 'src/db/migrate.ts', find: 'await requireUsable(client, connectionString);', replace: '' }],
    test: {
      file: 'test/launch/prisma-drift.test.ts',
      title: 'a database whose encoding cannot hold every text is refused before anything is made in it',
    },
  },
];
