import type { Mutation } from './mutations.ts';

export const syncConfigs: Mutation[] = [
  {
    id: 'destination-down-is-our-failure',
    promise: 1,
    breaks: 'a destination that is down is taken for a failure of ours: nobody is told, and its return is noticed by nobody',
    edits: [
      {
        file: 'src/hub/guarded.ts',
        find: 'throw asDestinationFailure(error) ?? error;',
        replace: 'throw asDestinationFailure(error) ? error : error;',
      },
    ],
    test: {
      file: 'test/flows/destination-down.test.ts',
      title:
        'S20 a destination that is down fails runs without a request to the provider or a step of the checkpoint, one look at a time, and is caught up with afterwards',
    },
  },
  {
    id: 'refused-never-retried',
    promise: 1,
    breaks: 'a record that the vendor’s table refused waits for its next change at the provider',
    edits: [
      {
        file: 'src/engine/inbound/begin-read.ts',
        find: "if (hasRefused && kind !== 'full') await retryRefused(slice);",
        replace: "if (hasRefused && kind === 'full') await retryRefused(slice);",
      },
    ],
    test: {
      file: 'test/flows/refused-rows.test.ts',
      title: 'B30 a row that the vendor’s table refuses is reported, tried by every run and stored when the table is mended',
    },
  },
  {
    id: 'constraints-at-the-commit',
    promise: 1,
    breaks: 'a constraint that the vendor deferred fails the commit, and with it every record of the slice',
    edits: [{ file: 'src/hub/transaction.ts', find: '; set constraints all immediate`', replace: '`' }],
    test: {
      file: 'test/hub/refused-rows.test.ts',
      title: 'B30 a constraint or trigger that waits for the commit refuses its row all the same, and no other',
    },
  },
  {
    id: 'two-syncs-one-place',
    promise: 1,
    breaks: 'two sync configs may read the same object into the same destination',
    edits: [
      {
        file: 'src/syncs/create-sync-config.ts',
        find: 'and sc.destination_id = ',
        replace: 'and sc.destination_id <> ',
      },
    ],
    test: {
      file: 'test/flows/several-configs.test.ts',
      title: 'S04 several sync configs of a provider part by object or destination, never by neither',
    },
  },
  {
    id: 'cap-ignored',
    promise: 7,
    breaks: 'a destination gets its rows as fast as they come, whatever its settings say',
    edits: [
      {
        file: 'src/syncs/destination-load.ts',
        find: 'if (!rate || rows === 0) return;',
        replace: 'if (!rate || rows >= 0) return;',
      },
    ],
    test: {
      file: 'test/flows/load-caps.test.ts',
      title: 'S21 rows are written no faster than the destination takes them, by all its syncs together, and no page is asked for twice',
    },
  },
  {
    id: 'everybody-looks',
    promise: 7,
    breaks: 'every sync of a destination that is down tries it again by itself, and holds a worker meanwhile',
    edits: [
      {
        file: 'src/syncs/destination-load.ts',
        find: "if (seconds > 0 || destination.status !== 'unavailable') return seconds;",
        replace: 'if (seconds >= 0) return seconds;',
      },
    ],
    test: {
      file: 'test/flows/destination-down.test.ts',
      title:
        'S20 a destination that is down fails runs without a request to the provider or a step of the checkpoint, one look at a time, and is caught up with afterwards',
    },
  },
];
