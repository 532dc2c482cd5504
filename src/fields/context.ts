import type { ConnectCtx } from '../connect/context.ts';
import type { HubCtx } from '../hub/context.ts';

export type FieldsCtx = ConnectCtx & HubCtx;
