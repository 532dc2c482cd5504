import type { Mutation } from './mutations.ts';

export const fields: Mutation[] = [
  {
    id: 'field-cast-raises',
    promise: 1,
    breaks: 'a value that does not fit a declared field raises, and the record is set aside',
    edits: [
      {
        file: 'src/hub/fields/cast-functions.ts',
        find: 'then return given::numeric; end if;\n  return null;',
        replace: 'then return given::numeric; end if;\n  return given::numeric;',
      },
    ],
    test: {
      file: 'test/hub/fields.test.ts',
      title: 'S16 B30 a field declared on an empty table is filled on insert and update, and a value that does not fit is null and counted',
    },
  },
  {
    id: 'kept-on-insert-only',
    promise: 1,
    breaks: 'a field of a large table does not follow the changes of its records',
    edits: [{ file: 'src/hub/fields/ddl.ts', find: 'before insert or update of raw on', replace: 'before insert on' }],
    test: {
      file: 'test/hub/fields.test.ts',
      title: 'S15 S16 a field added to a large table is filled behind writers that go on, and the feed shows no change',
    },
  },
  {
    id: 'fill-moves-the-feed',
    promise: 3,
    breaks: 'filling a new field announces every record as changed',
    edits: [
      {
        file: 'src/hub/fields/fill-field.ts',
        find: "const value = valueSql(hub.names, field, 't.raw');",
        replace:
          "const value = valueSql(hub.names, field, 't.raw');\n    await tx.query('update ' + table + ' set _syncline_seq = _syncline_seq + 1000000');",
      },
    ],
    test: {
      file: 'test/hub/fields.test.ts',
      title: 'S15 S16 a field added to a large table is filled behind writers that go on, and the feed shows no change',
    },
  },
  {
    id: 'view-shows-deleted',
    promise: 4,
    breaks: 'the view of an object shows records that are deleted',
    edits: [{ file: 'src/hub/fields/object-view.ts', find: '\nwhere t._syncline_deleted_at is null`', replace: '`' }],
    test: {
      file: 'test/hub/fields.test.ts',
      title: 'the view of an object shows live records only, with the customer and connection that they belong to',
    },
  },
];
