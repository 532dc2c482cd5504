export type { DestinationsCtx } from './context.ts';
export { createDestination } from './create-destination.ts';
export { deleteDestination } from './delete-destination.ts';
export { inputs, type SettingsInput } from './input.ts';
export { createTargets } from './targets.ts';
export { testDestination } from './test-destination.ts';
export { updateDestination } from './update-destination.ts';
