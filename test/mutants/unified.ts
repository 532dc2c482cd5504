import type { Mutation } from './mutations.ts';

const followed = 'whoever follows with deletes hears of a record that is deleted, that is emptied, and that is of another model now';

export const unified: Mutation[] = [
  {
    id: 'expand-crosses-customers',
    promise: 7,
    breaks: "a relation is looked up among everybody's records: a record that names another customer's record shows it",
    edits: [
      {
        file: 'src/hub/unified/expand.ts',
        find: 'on t._syncline_connection = w.connection and t._syncline_record_id = w.record_id',
        replace: 'on t._syncline_record_id = w.record_id',
      },
      {
        file: 'src/hub/unified/expand.ts',
        find: 'select t._syncline_connection as connection, t._syncline_record_id as id',
        replace: 'select w.connection, t._syncline_record_id as id',
      },
    ],
    test: {
      file: 'test/unified/listing.test.ts',
      title: 'a relation is shown as the record that it names: of the same connection only, and null where that is not stored',
    },
  },
  {
    id: 'mapping-of-another-customer',
    promise: 7,
    breaks: "a mapping that one customer's token tries is shown on everybody's records",
    edits: [
      {
        file: 'src/unified/preview-mapping.ts',
        find: 'const customerId = own ?? given;',
        replace: 'const customerId = given;',
      },
    ],
    test: {
      file: 'test/hostile/unified.test.ts',
      title: "a customer's token reads its own records of a model only, whatever it asks for",
    },
  },
  {
    id: 'unified-token-reads-all',
    promise: 7,
    breaks: "a customer's token lists a model's records of every customer",
    edits: [
      {
        file: 'src/unified/list-unified.ts',
        find: 'customerId: own ?? rest.customerId,',
        replace: 'customerId: rest.customerId,',
      },
    ],
    test: {
      file: 'test/hostile/unified.test.ts',
      title: "a customer's token reads its own records of a model only, whatever it asks for",
    },
  },
  {
    id: 'model-left-unheard',
    promise: 4,
    breaks: 'whoever follows a model never hears of a record that was emptied, or that is of another model now',
    edits: [
      {
        file: 'src/hub/unified/page-sql.ts',
        find: 'const ofModel = !query.includeDeleted && branch.where',
        replace: 'const ofModel = branch.where',
      },
    ],
    test: { file: 'test/unified/listing.test.ts', title: followed },
  },
  {
    id: 'unified-dropped-of-first-table',
    promise: 2,
    breaks: 'tombstones that were dropped from the second table of a model expire no cursor',
    edits: [
      {
        file: 'src/hub/unified/page-sql.ts',
        find: 'select max(h.dropped_seq),',
        replace: 'select min(h.dropped_seq),',
      },
    ],
    test: {
      file: 'test/unified/listing.test.ts',
      title: 'a cursor that has missed dropped tombstones of any of the tables has expired',
    },
  },
];
