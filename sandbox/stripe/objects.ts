import type { JsonObject } from '../json.ts';
import { mix, pick } from '../random.ts';
import type { Model } from '../store/types.ts';
import * as words from '../words.ts';
import { templates } from './templates.ts';

export interface StripeObject {
  /** The last part of the path: /v1/customers. */
  name: string;
  /** What a record calls itself. */
  object: string;
  idPrefix: string;
  /** What restricted keys call the right to read it. */
  permission: string;
  /** Parameters of its list that are compared with the field of the same name. */
  filters: string[];
  /** Parameters that exist at Stripe and are not simulated. */
  others: string[];
  /** What a write says happened; null: nothing. A deleted subscription is a canceled one. */
  events: { created: string; updated: string; deleted: string | null };
  /** What a deleted one leaves: a stub under its id, nothing, itself, canceled, or itself as it was: nobody can delete it. */
  deletion: 'stub' | 'gone' | 'canceled' | 'none';
  defaultSize: number;
  fieldsOf: (seed: number, n: number) => JsonObject;
}

const events = (prefix: string) => ({ created: `${prefix}.created`, updated: `${prefix}.updated`, deleted: `${prefix}.deleted` });

export const stripeObjects: Readonly<Record<string, StripeObject>> = {
  customers: {
    name: 'customers',
    object: 'customer',
    idPrefix: 'cus_',
    permission: 'rak_customer_read',
    filters: ['email'],
    others: ['test_clock'],
    events: events('customer'),
    deletion: 'stub',
    defaultSize: 120,
    fieldsOf: customer,
  },
  products: {
    name: 'products',
    object: 'product',
    idPrefix: 'prod_',
    permission: 'rak_product_read',
    filters: ['active', 'url'],
    others: ['ids', 'shippable', 'type'],
    events: events('product'),
    deletion: 'gone',
    defaultSize: 20,
    fieldsOf: product,
  },
  prices: {
    name: 'prices',
    object: 'price',
    idPrefix: 'price_',
    permission: 'rak_plan_read',
    filters: ['active', 'currency', 'product', 'type'],
    others: ['lookup_keys', 'recurring'],
    events: events('price'),
    deletion: 'gone',
    defaultSize: 30,
    fieldsOf: price,
  },
  subscriptions: {
    name: 'subscriptions',
    object: 'subscription',
    idPrefix: 'sub_',
    permission: 'rak_subscription_read',
    filters: ['customer', 'collection_method'],
    others: ['price', 'current_period_start', 'current_period_end', 'automatic_tax', 'test_clock'],
    events: events('customer.subscription'),
    deletion: 'canceled',
    defaultSize: 60,
    fieldsOf: subscription,
  },
  invoices: {
    name: 'invoices',
    object: 'invoice',
    idPrefix: 'in_',
    permission: 'rak_invoice_read',
    filters: ['customer', 'collection_method', 'status'],
    others: ['subscription', 'due_date'],
    events: events('invoice'),
    deletion: 'gone',
    defaultSize: 80,
    fieldsOf: invoice,
  },
  charges: {
    name: 'charges',
    object: 'charge',
    idPrefix: 'ch_',
    permission: 'rak_charge_read',
    filters: ['customer', 'payment_intent', 'transfer_group'],
    others: [],
    events: { created: 'charge.succeeded', updated: 'charge.updated', deleted: null },
    deletion: 'none',
    defaultSize: 90,
    fieldsOf: charge,
  },
};

const epoch = Date.parse('2024-01-01T00:00:00.000Z');
const idDigits = 14;

export function stripeModel({ fieldsOf, idPrefix }: StripeObject, seed: number): Model {
  return {
    idOf: (n) => idPrefix + String(n).padStart(idDigits, '0'),
    // Two neighbours always share their second.
    createdAtOf: (n) => epoch + Math.floor(n / 2) * 2000,
    updatedAtOf: (n) => epoch + Math.floor(n / 2) * 2000,
    fieldsOf: (n) => fieldsOf(seed, n),
    compareIds: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    // Stripe writes whole seconds.
    timeStepMs: 1000,
  };
}

const reference = (prefix: string, n: number) => prefix + String(n).padStart(idDigits, '0');
const second = (n: number) => epoch / 1000 + Math.floor(n / 2) * 2;

function customer(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  const [city, country, postalCode] = pick(words.cities, b);
  return {
    ...templates.customer,
    address: { city, country, line1: `${1 + (a % 90)} Harbour Street`, line2: null, postal_code: postalCode, state: null },
    discount: null,
    email: `customer.${n}@example.com`,
    invoice_prefix: `SIM${n}`,
    metadata: { colour: pick(words.colours, a), crm_id: String(a) },
    name: `${pick(words.firstNames, a)} ${pick(words.lastNames, b)}`,
    phone: `+1 555 ${1_000_000 + (b % 9_000_000)}`,
    shipping: null,
  };
}

function product(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  return {
    ...templates.product,
    default_price: reference('price_', 1 + (a % 30)),
    description: null,
    name: `${pick(words.colours, a)} ${pick(words.companyWords, b)} ${n}`,
    package_dimensions: null,
  };
}

function price(seed: number, n: number): JsonObject {
  const a = mix(seed, n, 1);
  const amount = 100 + (a % 90_000);
  return {
    ...templates.price,
    custom_unit_amount: null,
    product: reference('prod_', 1 + (a % 20)),
    transform_quantity: null,
    unit_amount: amount,
    unit_amount_decimal: `${amount}.5`,
  };
}

function subscription(seed: number, n: number): JsonObject {
  const a = mix(seed, n, 1);
  return {
    ...templates.subscription,
    cancel_at: null,
    canceled_at: null,
    customer: reference('cus_', 1 + (a % 120)),
    ended_at: null,
    latest_invoice: reference('in_', 1 + (a % 80)),
    start_date: second(n),
    status: pick(['active', 'active', 'past_due', 'trialing'] as const, a),
  };
}

function invoice(seed: number, n: number): JsonObject {
  const a = mix(seed, n, 1);
  const amount = 1000 + (a % 90_000);
  return {
    ...templates.invoice,
    amount_due: amount,
    amount_remaining: amount,
    customer: reference('cus_', 1 + (a % 120)),
    number: `SIM-${String(n).padStart(4, '0')}`,
    status: pick(['draft', 'open', 'paid'] as const, a),
    subtotal: amount,
    total: amount,
  };
}

function charge(seed: number, n: number): JsonObject {
  const a = mix(seed, n, 1);
  const amount = 100 + (a % 90_000);
  return {
    ...templates.charge,
    amount,
    amount_captured: amount,
    captured: true,
    customer: reference('cus_', 1 + (a % 120)),
    description: `${pick(words.colours, a)} “charge” ${n}`,
  };
}
