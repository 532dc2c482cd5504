export { createField } from './create-field.ts';
export { deleteField } from './delete-field.ts';
export type { Field } from './field.ts';
export { getField } from './get-field.ts';
export { listFields } from './list-fields.ts';
export { listSuggestions } from './list-suggestions.ts';
export { listViews, type View } from './list-views.ts';
export type { FieldSuggestion } from './suggest.ts';
export { updateField } from './update-field.ts';
