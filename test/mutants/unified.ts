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
        file: 'src/unified/open-unified.ts',
        find: 'const customerId = own ?? asked.customerId;',
        replace: 'const customerId = asked.customerId;',
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
        find: 'const ofModel = !includeDeleted && branch.where',
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
  {
    id: 'unified-record-of-another',
    promise: 7,
    breaks: "a customer's token reads another customer's record of a model by its id",
    edits: [
      {
        file: 'src/unified/get-unified.ts',
        find: 'await openUnified(ctx, { ...given, connectionId });',
        replace: 'await openUnified(ctx, given);',
      },
      {
        file: 'src/hub/unified/get-unified.ts',
        find: 'const customerId = input.customerId ?? connection.customerId;',
        replace: 'const { customerId } = connection;',
      },
    ],
    test: {
      file: 'test/hostile/unified.test.ts',
      title: "a customer's token reads its own records of a model only, whatever it asks for",
    },
  },
  {
    id: 'unified-destination-guessed',
    promise: 2,
    breaks: 'of several destinations one is read, and the records of the others are missing without a word',
    edits: [
      {
        file: 'src/unified/find-destination.ts',
        find: "refuseAmbiguous('model', { landing, named: destinationId });",
        replace: "refuseAmbiguous('model', { landing: [], named: destinationId });",
      },
    ],
    test: {
      file: 'test/unified/by-api.test.ts',
      title: 'where records land in several destinations, the call says which to name, and each has its own records and cursor',
    },
  },
  {
    id: 'unified-complete-too-early',
    promise: 2,
    breaks: 'a page of a model is called complete though one of its syncs has never been read',
    edits: [
      {
        file: 'src/unified/find-destination.ts',
        find: 'and complete_as_of is null limit 1`',
        replace: 'and complete_as_of is null limit 0`',
      },
    ],
    test: {
      file: 'test/unified/by-api.test.ts',
      title: 'a page says how many there are, until when it is complete, and is 304 for whoever holds it',
    },
  },
  {
    id: 'declared-views-stale',
    promise: 4,
    breaks: 'the SQL view of a model goes on showing records whose mapping was taken back',
    edits: [
      {
        file: 'src/unified/refresh-views.ts',
        find: 'refreshAll(ctx, applicationId).catch(',
        replace: 'Promise.resolve().catch(',
      },
      {
        file: 'src/unified/refresh-views.ts',
        find: 'async function refreshAll(',
        replace: 'export async function refreshAll(',
      },
    ],
    test: {
      file: 'test/flows/declared-providers.test.ts',
      title:
        'what a declared provider maps is read as a model in the API and in SQL, by its application alone; a changed mapping without a run',
    },
  },
  {
    id: 'taken-back-field-stays',
    promise: 4,
    breaks: 'a destination that was down while the last custom field was taken back shows it in SQL for ever',
    edits: [
      {
        file: 'src/unified/copy-mappings.ts',
        find: 'if (declared === 0 && !(await hub.hasMappings())) return;',
        replace: 'if (declared === 0) return;',
      },
    ],
    test: { file: 'test/unified/by-api.test.ts', title: 'shows in SQL no more what was taken back, also where that was the last' },
  },
  {
    id: 'unified-page-forgets-connections',
    promise: 2,
    breaks: 'a page of a model whose connections are forgotten while it is written names none, and is no JSON',
    edits: [
      {
        file: 'src/hub/unified/read-rows.ts',
        find: 'const write = rowWriter({ branches, connectionIds, expanded });',
        replace: 'const write = rowWriter({ branches, connectionIds: hub.connectionIds, expanded });',
      },
    ],
    test: {
      file: 'test/unified/page-statements.test.ts',
      title: 'a page names its connections where the memory of them is full and begins anew in the midst of it',
    },
  },
  {
    id: 'refused-view-stops-all',
    promise: 7,
    breaks: 'a view that Postgres refuses keeps the views of all other models from being brought up to date',
    edits: [
      {
        file: 'src/hub/unified/views.ts',
        find: 'await refreshByItself(hub, tx, view);',
        replace: 'await refresh(hub, tx, view);',
      },
    ],
    test: {
      file: 'test/unified/views.test.ts',
      title: 'a view that Postgres refuses stays as it was and is named in the log; the others are made',
    },
  },
  {
    id: 'declarations-unbounded-together',
    promise: 7,
    breaks: 'declarations that are small one by one come to one statement of megabytes, on a Postgres that applications share',
    edits: [
      {
        file: 'src/catalog/declared/application-bounds.ts',
        find: 'otherAmounts.reduce((sum, amounts) => sum + (amounts.get(what)?.amount ?? 0), amount)',
        replace: 'amount',
      },
    ],
    test: {
      file: 'test/flows/declared-providers.test.ts',
      title:
        'what all declarations of an application come to together is bounded: for one model, in SQL and as JSON; what makes it no larger goes through',
    },
  },
  {
    id: 'large-application-evicts-others',
    promise: 7,
    breaks: 'the providers that one application declares take the place of those of others, which are compiled again for each page',
    edits: [
      {
        file: 'src/catalog/declared/compiled-cache.ts',
        find: 'remove(oldestOfLargest(key));',
        replace: 'remove(entries.keys().next().value as string);',
      },
    ],
    test: {
      file: 'src/catalog/declared/compiled-cache.test.ts',
      title: 'an application that declares much takes no place from one that declares little',
    },
  },
  {
    id: 'declared-mapping-unbounded',
    promise: 7,
    breaks: 'one application declares a mapping whose statement grows without end, and the process works on that alone',
    edits: [
      {
        file: 'src/catalog/declared/mapping-bounds.ts',
        find: 'const depthMax = 8;',
        replace: 'const depthMax = 20;',
      },
      {
        file: 'src/catalog/declared/mapping-bounds.ts',
        find: 'const sqlCharsMax = 50_000;',
        replace: 'const sqlCharsMax = 50_000_000;',
      },
    ],
    test: {
      file: 'src/catalog/declared/compile-definition.test.ts',
      title: 'what would double itself without end is refused before it is written',
    },
  },
];
