import type { ProviderDefinition } from './types.ts';

/**
 * Declares a provider.
 *
 * @example
 * export default defineProvider({ name: 'acme', displayName: 'Acme', … });
 */
export function defineProvider(definition: ProviderDefinition): ProviderDefinition {
  return definition;
}
