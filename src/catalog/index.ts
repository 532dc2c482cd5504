export type { Catalog, CatalogCtx, DeclareCtx, ProviderChange } from './catalog.ts';
export { createCatalog } from './catalog.ts';
export { declareProvider } from './declared/declare-provider.ts';
export type { DeclaredProvider } from './declared/declared-provider.ts';
export { deleteDeclaredProvider } from './declared/delete-declared-provider.ts';
export {
  findListed,
  findObject,
  findProvider,
  holdProvider,
  type ListedCtx,
  mappedBy,
  type OpenProvider,
  openProvider,
} from './declared/find-provider.ts';
export { getDeclaredProvider } from './declared/get-declared-provider.ts';
export { updateDeclaredProvider } from './declared/update-declared-provider.ts';
export { describeProvider, type ProviderCapabilities } from './describe.ts';
export { getProvider } from './get-provider.ts';
export { listProviders } from './list-providers.ts';
export { loadProviders } from './load-providers.ts';
export {
  findModel,
  models,
  typesOf,
  type UnifiedModel,
} from './models/index.ts';
export { recommend, type Strategy, signalsDeletes, strategies, strategiesOf } from './strategies.ts';
export { expandTemplate } from './template.ts';
