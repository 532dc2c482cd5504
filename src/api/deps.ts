import type { Hono } from 'hono';
import type { Actor } from '../base/actor.ts';
import type { Clock } from '../base/clock.ts';
import type { IncomingHook } from '../connect/hooks/authenticate-hook.ts';
import type { Logger } from '../ops/logger.ts';
import type { AppCtx } from './context.ts';

/** What compose hands to the API. Nothing is called before the first request, so the document needs no database. */
export interface ApiDeps {
  /** The verbs' context for one request. */
  contextFor(actor: Actor, requestId: string): AppCtx;
  /** Who sends this Authorization header; throws `unauthenticated`. */
  authenticate(header: string | undefined): Promise<Actor>;
  /** May a page of this origin read answers? `null`: nobody is known yet. */
  isOriginAllowed(origin: string, actor: Actor | null): Promise<boolean>;
  /** Whether the database answers. */
  isReady(): Promise<boolean>;
  metrics(): Promise<{ contentType: string; text: string }>;
  requestEnded?(request: { method: string; route: string; status: number; seconds: number }): void;
  /** Takes a hook of a provider; throws `not_found` and `hook_signature_invalid`. */
  receiveHook(hook: IncomingHook, requestId: string): Promise<void>;
  /** The public pages: connect page, connect.js, OAuth callback. */
  pages: Hono | null;
  clock: Clock;
  log: Logger;
  /** The API as others reach it, without a trailing slash. */
  publicUrl: string;
}
