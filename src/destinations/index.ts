export type { DestinationsCtx } from './context.ts';
export { createDestination } from './create-destination.ts';
export { inputs, type SettingsInput } from './input.ts';
export { createTargets } from './targets.ts';
