import type { HubHandle } from '../handle.ts';
import { dropField, findFieldDependents } from './drop-field.ts';
import { countFailedCasts } from './failed-casts.ts';
import { fillField } from './fill-field.ts';
import { readFields } from './find-fields.ts';
import { finishField } from './finish-field.ts';
import { indexField } from './index-field.ts';
import { inferFields } from './infer.ts';
import { listViews } from './list-views.ts';
import { putField } from './put-field.ts';
import type { FieldsOfHub } from './types.ts';

/** Declared fields and the views of them: verbs of one hub. */
export function fieldsOf(hub: HubHandle): FieldsOfHub {
  return {
    putField: (field) => putField(hub, field),
    fillField: (input) => fillField(hub, input),
    indexField: (input) => indexField(hub, input),
    finishField: (filled) => finishField(hub, filled),
    dropField: (input) => dropField(hub, input),
    findFieldDependents: (input) => findFieldDependents(hub, input),
    listFields: (input) => readFields(hub, hub.pool, input),
    countFailedCasts: (input) => countFailedCasts(hub, input),
    inferFields: (input) => inferFields(hub, input),
    listViews: () => listViews(hub),
  };
}
