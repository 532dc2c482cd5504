import type { HubHandle } from '../handle.ts';

/** Declared fields and the views of them: verbs of one hub. The hub offers whatever this answers. */
export function fieldsOf(_hub: HubHandle): object {
  return {};
}
