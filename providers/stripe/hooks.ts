import type { HookDefinition, HookEvent } from '#kit';

/**
 * Webhooks of a platform: one address for all connected accounts, one event a request. Their order is not certain and no object but a
 * product says when it changed, so each is a hint and the object is read again. https://docs.stripe.com/webhooks#event-ordering
 */
export const hooks: HookDefinition = {
  docsUrl: 'https://docs.stripe.com/webhooks',
  secret: 'endpoint',
  // While the secret is rolled, Stripe signs with both. https://docs.stripe.com/webhooks/signature
  signature: {
    header: 'stripe-signature',
    pairs: { signature: 'v1', timestamp: 't' },
    encoding: 'hex',
    signed: ['timestamp', { text: '.' }, 'body'],
    timestamp: { unit: 'seconds', toleranceSeconds: 300 },
  },
  type: 'type',
  // Only events of connected accounts name one: https://docs.stripe.com/connect/webhooks
  account: 'account',
  events: {
    ...eventsOf('customers', 'customer', ['created', 'updated', 'deleted']),
    ...eventsOf('products', 'product', ['created', 'updated', 'deleted']),
    ...eventsOf('prices', 'price', ['created', 'updated', 'deleted']),
    ...eventsOf('subscriptions', 'customer.subscription', ['created', 'updated', 'deleted', 'paused', 'resumed', 'trial_will_end']),
    ...eventsOf('subscriptions', 'customer.subscription', ['pending_update_applied', 'pending_update_expired']),
    ...eventsOf('invoices', 'invoice', [
      ...['created', 'updated', 'deleted', 'finalized', 'finalization_failed', 'paid', 'payment_succeeded', 'payment_failed'],
      ...['payment_action_required', 'sent', 'voided', 'marked_uncollectible', 'overdue', 'overpaid', 'will_be_due'],
    ]),
    ...eventsOf('charges', 'charge', ['succeeded', 'pending', 'failed', 'captured', 'updated', 'refunded', 'expired']),
  },
};

function eventsOf(object: string, prefix: string, kinds: string[]): Record<string, HookEvent> {
  return Object.fromEntries(kinds.map((kind) => [`${prefix}.${kind}`, { object, ids: ['data.object.id'] }]));
}
