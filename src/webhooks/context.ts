import type { ConnectCtx } from '../connect/context.ts';
import type { HubCtx } from '../hub/context.ts';

export type WebhooksCtx = ConnectCtx & HubCtx;

/** What delivering needs: no caller, for it is the worker's own doing. */
export type DeliveryCtx = Pick<WebhooksCtx, 'db' | 'clock' | 'log' | 'vault' | 'egress' | 'hubs' | 'limits'>;
