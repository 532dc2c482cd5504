export type { FieldsCtx } from './context.ts';
export { createField } from './create-field.ts';
export { deleteField } from './delete-field.ts';
export type { Field } from './field.ts';
export { getField } from './get-field.ts';
export { listFields } from './list-fields.ts';
export { listViews, type View } from './list-views.ts';
export { updateField } from './update-field.ts';
