export type { Catalog, CatalogCtx } from './catalog.ts';
export { createCatalog } from './catalog.ts';
export { describeProvider, type ProviderCapabilities } from './describe.ts';
export { getProvider } from './get-provider.ts';
export { listProviders } from './list-providers.ts';
export { loadProviders } from './load-providers.ts';
export { type Possibility, recommend, type Strategy, strategies, strategiesOf } from './strategies.ts';
export { expandTemplate } from './template.ts';
