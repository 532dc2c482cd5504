export { defineProvider } from './define.ts';
export { classifyByStatus, ProviderError } from './errors.ts';
export type * from './hook-types.ts';
export { isKeyless } from './keyless.ts';
export { byModified, type ModifiedWalk } from './modified-walk.ts';
export { byCursor, byKeyset, byMark, byNextLink, byPageNumber, type Paging } from './paging.ts';
export { readOf } from './reads.ts';
export type * from './types.ts';
