import type { Mutation } from './mutations.ts';

export const models: Mutation[] = [
  {
    id: 'amount-truncated',
    promise: 1,
    breaks: 'an amount of a unified model loses its cents',
    edits: [
      {
        file: 'src/base/mapping/casts.ts',
        find: 'return plain(text.trim());',
        replace: "return plain(text.trim()).split('.')[0]!;",
      },
    ],
    test: {
      file: 'test/unified/mapping-bugs.test.ts',
      title: 'an amount keeps its cents, and that of an open opportunity is what is expected',
    },
  },
  {
    id: 'view-and-mapper-differ',
    promise: 1,
    breaks: 'the SQL view rounds a time where the API cuts it',
    edits: [
      {
        file: 'src/base/mapping/cast-sql.ts',
        find: 'const cut = `regexp_replace(',
        replace: 'const cut = text || `regexp_replace(',
      },
    ],
    test: {
      file: 'test/unified/values.test.ts',
      title: 'what a value means is the same in the mapper and in the view: absent, empty, wrong, large and nearly right',
    },
  },
  {
    id: 'unified-view-shows-deleted',
    promise: 4,
    breaks: 'the view of a unified model goes on showing a deleted record',
    edits: [
      {
        file: 'src/unified/views.ts',
        find: 'where t._syncline_deleted_at is null',
        replace: 'where true',
      },
    ],
    test: {
      file: 'test/unified/views.test.ts',
      title: 'one view shows the contacts of every provider by the same names, and leaves deleted ones out',
    },
  },
  {
    id: 'custom-field-of-another-customer',
    promise: 7,
    breaks: "a custom field that one customer's mapping declares shows in the rows of another",
    edits: [
      {
        file: 'src/unified/views.ts',
        find: "and d.customer_id in (''",
        replace: "and '' in (''",
      },
    ],
    test: {
      file: 'test/unified/views.test.ts',
      title: "custom fields are shown by name and type; a customer's own declaration counts before everybody's, and for nobody else",
    },
  },
  {
    id: 'busy-view-left-behind',
    promise: 7,
    breaks: 'a view of a unified model that somebody reads while a table is made never shows that table',
    edits: [
      {
        file: 'src/hub/unified/views.ts',
        find: '    void catchUp(hub);\n',
        replace: '',
      },
    ],
    test: {
      file: 'test/unified/views.test.ts',
      title: 'a new table waits for nobody who reads the view, and shows in it when they have ended',
    },
  },
];
