/**
 * The id of a record that is named under its parent only: the JSON array of both ids. Canonical, so that what belongs to one parent
 * stands together in the order of ids.
 */
export function scopedId(parentId: string, id: string): string {
  return JSON.stringify([parentId, id]);
}
