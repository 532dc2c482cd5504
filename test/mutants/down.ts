import type { Mutation } from './mutations.ts';

const test = {
  file: 'test/flows/destination-down.test.ts',
  title:
    'O72 a destination that is down raises one alert of its own and none for its syncs, counts no failure of theirs, and all ends when it is back',
};

export const down: Mutation[] = [
  {
    id: 'outage-counts-for-syncs',
    promise: 7,
    breaks: 'a destination that is down counts as failures of its syncs, which wait longer and give up reads for it',
    edits: [{ file: 'src/syncs/leave-run.ts', find: '(isUncounted ? 0 : 1)', replace: '1' }],
    test,
  },
  {
    id: 'outage-alerts-for-each-sync',
    promise: 7,
    breaks: 'a destination that is down raises an alert for each of its syncs',
    edits: [{ file: 'src/syncs/alerts/conditions.ts', find: "d.status <> 'unavailable' and", replace: 'true and' }],
    test,
  },
  {
    id: 'recovery-alerts-for-each-sync',
    promise: 7,
    breaks: 'a destination that has just come back raises an alert for each sync that has not run yet',
    edits: [{ file: 'src/syncs/alerts/conditions.ts', find: "coalesce(d.status_changed_at, '-infinity') < late.since", replace: 'true' }],
    test,
  },
];
