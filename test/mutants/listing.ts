import type { Mutation } from './mutations.ts';

const ofSeveral = {
  file: 'test/flows/several-configs.test.ts',
  title:
    'where records land in several destinations, each read says which to name and goes on there; where they land in one, that one is read',
};

export const listing: Mutation[] = [
  {
    id: 'follow-loses-changes',
    promise: 2,
    breaks: 'a stream moves its reader’s position past changes that it has not told',
    edits: [
      {
        file: 'src/api/routes/records/follow.ts',
        find: 'const data = isFirst || page.count > 0 ? page.body : null;',
        replace: 'const data = isFirst ? page.body : null;',
      },
    ],
    test: {
      file: 'test/api/listing.test.ts',
      title: 'begins with what stands there, goes on with what changes, and can be taken up behind any event',
    },
  },
  {
    id: 'held-answer-is-stale',
    promise: 2,
    breaks: 'the tag of a page does not change with its records, so whoever holds the page keeps what is no longer so',
    edits: [
      {
        file: 'src/hub/list-page.ts',
        find: '.update(JSON.stringify([filters, count, seqSum, closing]))',
        replace: '.update(JSON.stringify([filters, count]))',
      },
    ],
    test: {
      file: 'test/hub/listing.test.ts',
      title: 'is the same for the same bytes, and another when a record, a filter or what is shown is another',
    },
  },
  {
    id: 'filter-splices-text',
    promise: 7,
    breaks: 'the value of a filter becomes part of the SQL statement',
    edits: [
      { file: 'src/hub/listing/filter-sql.ts', find: '({ type }: FieldCondition', replace: '({ type, value }: FieldCondition' },
      { file: 'src/hub/listing/filter-sql.ts', find: 'handedOver(n)}', replace: `["'", value, "'"].join('')}` },
    ],
    test: {
      file: 'test/api/listing.test.ts',
      title: 'B26 filters and parts: what is hostile finds nothing and breaks nothing, customers that differ in punctuation stay apart',
    },
  },
  {
    id: 'batch-ignores-customer',
    promise: 7,
    breaks: 'records by their ids are shown whoever’s they are',
    edits: [
      {
        file: 'src/hub/listing/get-records.ts',
        find: '...(customerId === undefined ? [] : [',
        replace: '...(customerId !== undefined ? [] : [',
      },
    ],
    test: {
      file: 'test/hub/listing.test.ts',
      title: 'come in the order of the ids, of the customer that was asked for and of no other',
    },
  },
  {
    id: 'destination-guessed',
    promise: 2,
    breaks: 'of several destinations that records land in the oldest is listed, and what only the others have is missing without a word',
    edits: [
      {
        file: 'src/hub/find-destination.ts',
        find: "refuseAmbiguous('object', { landing, named: destinationId });",
        replace: "refuseAmbiguous('object', { landing: [], named: destinationId });",
      },
    ],
    test: ofSeveral,
  },
  {
    id: 'destination-of-oldest-order',
    promise: 2,
    breaks: 'records are listed where the oldest sync config writes, though they land elsewhere',
    edits: [{ file: 'src/hub/find-destination.ts', find: 'order by d.lands desc,', replace: 'order by' }],
    test: ofSeveral,
  },
];
