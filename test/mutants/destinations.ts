import type { Mutation } from './mutations.ts';

export const destinations: Mutation[] = [
  {
    id: 'own-address-unguarded',
    promise: 8,
    breaks: 'sessions of a vendor’s own database are opened to private addresses too',
    edits: [
      { file: 'src/hub/pool.ts', find: '...(guardsAddress ? { stream: guardedSocket } : {}),', replace: '...(guardsAddress ? {} : {}),' },
    ],
    test: {
      file: 'test/hostile/destinations.test.ts',
      title: 'is not called, whichever way it is written, and looks like nobody',
    },
  },
  {
    id: 'password-follows-the-host',
    promise: 8,
    breaks: 'whoever may change a destination’s address has the stored password sent to a host of his own',
    edits: [
      {
        file: 'src/destinations/update-destination.ts',
        find: 'if (wish.password === undefined && !isSamePlace(before, after))',
        replace: 'if (wish.password === undefined && !isSamePlace(after, after))',
      },
    ],
    test: {
      file: 'test/destinations/rotate.test.ts',
      title: 'another address needs the password with it; what is the same, or no address, does not',
    },
  },
  {
    id: 'password-in-the-address',
    promise: 8,
    breaks: 'what is stored to be shown of a destination holds its password',
    edits: [
      {
        file: 'src/destinations/access.ts',
        find: 'function addressOf({ host, port, database, user, tls }: Access): DestinationAddress {\n  return { host, port, database, user, tls: tls.mode };',
        replace:
          'function addressOf({ host, port, database, user, tls, password }: Access): DestinationAddress {\n  return Object.assign({ host, port, database, user, tls: tls.mode }, { password });',
      },
    ],
    test: {
      file: 'test/destinations/own-postgres.test.ts',
      title: 'S06 S07 a database is tried out before it is saved, and its password goes in and never comes out',
    },
  },
  {
    id: 'schema-shared-by-two',
    promise: 7,
    breaks: 'two applications write to one schema of a database, and each lists the other’s customers',
    edits: [
      {
        file: 'src/hub/own/claim.ts',
        find: 'if (rowCount === 0 && (await holderOf(client, names)) !== claimant.id)',
        replace: 'if (rowCount === -1)',
      },
    ],
    test: {
      file: 'test/destinations/rotate.test.ts',
      title: 'two applications that choose the same schema before anything has landed do not mix: the second one is refused',
    },
  },
  {
    id: 'untold-run-forgotten',
    promise: 1,
    breaks: 'a run that ended while its destination was down never stands beside its records',
    edits: [{ file: 'src/jobs/tick.ts', find: '  await queueUnmirroredRuns({ ctx });\n', replace: '' }],
    test: {
      file: 'test/flows/destination-down.test.ts',
      title: 'O88 a run that ended while its destination was down has its row there when it is back, though no run comes after it',
    },
  },
];
