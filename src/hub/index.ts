export type { Hubs } from './context.ts';
export { createHubs } from './create-hubs.ts';
export { FenceLost } from './fence-lost.ts';
export type * from './held-types.ts';
export type { ShapeChange } from './learn-shape.ts';
export { type ListRecords, listRecords } from './list-records.ts';
export type * from './quarantine-types.ts';
export { hubSchemaName } from './schema-name.ts';
export type * from './types.ts';
