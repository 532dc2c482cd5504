export { defineProvider } from './define.ts';
export { classifyByStatus, ProviderError } from './errors.ts';
export { byModified, type ModifiedWalk } from './modified-walk.ts';
export { byCursor, byKeyset, byNextLink, byPageNumber, type Paging } from './paging.ts';
export type * from './types.ts';
