import { byKeyset, type ObjectDefinition } from '#kit';
import { eventFeed } from './events.ts';

/** https://docs.stripe.com/api/pagination */
const pageSizeMax = 100;
/** Events show up to a minute late (connectors in production, 2026). */
const visibilityLagSeconds = 60;
const docs = 'https://docs.stripe.com/api';

interface Described {
  name: string;
  label: string;
  /** What events of its changes are called: `customer.updated`. */
  events: { prefix: string; carrying: string[]; isDeleted: boolean };
  /** What the list leaves out unless it is asked for. */
  query?: Record<string, string>;
}

/**
 * Lists begin with the newest and go on behind the last id, so nothing slides; what is created meanwhile is in the feed of events. No
 * record but a product says when it changed last.
 */
function object({ name, label, events: { prefix, carrying, isDeleted }, query = {} }: Described): ObjectDefinition {
  const path = `/v1/${name}`;
  const { request, next } = byKeyset({
    first: ({ pageSize }) => ({ method: 'GET', path, query: { limit: String(pageSize), ...query } }),
    name: 'starting_after',
    more: 'has_more',
  });
  return {
    label,
    docsUrl: `${docs}/${name}`,
    // Got by its id, a deleted customer is `{ id, object, deleted: true }`.
    record: { id: 'id', isDeleted: 'deleted' },
    pageSizeMax,
    full: { parts: [{ name: 'list', signal: 'records', recordsPath: 'data', completeness: 'complete', request, next }] },
    delta: eventFeed({
      carrying: carrying.map((type) => `${prefix}.${type}`),
      deleting: isDeleted ? `${prefix}.deleted` : null,
    }),
    get: (id) => ({ method: 'GET', path: `${path}/${encodeURIComponent(id)}` }),
    reread: { request: (id) => ({ method: 'GET', path: `${path}/${encodeURIComponent(id)}` }) },
    scopes: ['read_only'],
    visibilityLagSeconds,
  };
}

// The types of events: https://docs.stripe.com/api/events/types
export const customers = object({
  name: 'customers',
  label: 'Customers',
  events: { prefix: 'customer', carrying: ['created', 'updated'], isDeleted: true },
});
export const products = object({
  name: 'products',
  label: 'Products',
  events: { prefix: 'product', carrying: ['created', 'updated'], isDeleted: true },
});
export const prices = object({
  name: 'prices',
  label: 'Prices',
  events: { prefix: 'price', carrying: ['created', 'updated'], isDeleted: true },
});
export const subscriptions = object({
  name: 'subscriptions',
  label: 'Subscriptions',
  // A subscription is never deleted: `deleted` says that it was canceled, and carries it.
  events: {
    prefix: 'customer.subscription',
    carrying: ['created', 'updated', 'deleted', 'paused', 'resumed', 'trial_will_end', 'pending_update_applied', 'pending_update_expired'],
    isDeleted: false,
  },
  // Canceled ones are listed on demand only: https://docs.stripe.com/api/subscriptions/list
  query: { status: 'all' },
});
export const invoices = object({
  name: 'invoices',
  label: 'Invoices',
  // `invoice.upcoming` is about an invoice that does not exist yet. Drafts can be deleted.
  events: {
    prefix: 'invoice',
    carrying: [
      'created',
      'updated',
      'finalized',
      'finalization_failed',
      'paid',
      'payment_succeeded',
      'payment_failed',
      'payment_action_required',
      'sent',
      'voided',
      'marked_uncollectible',
      'overdue',
      'overpaid',
      'will_be_due',
    ],
    isDeleted: true,
  },
});
export const charges = object({
  name: 'charges',
  label: 'Charges',
  events: {
    prefix: 'charge',
    carrying: ['succeeded', 'pending', 'failed', 'captured', 'updated', 'refunded', 'expired'],
    isDeleted: false,
  },
});
