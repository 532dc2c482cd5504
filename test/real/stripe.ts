import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadData } from './index.ts';

export interface StripeRecord {
  id: string;
  object: string;
  created: number;
  [field: string]: unknown;
}

export interface RecordedEvent {
  place: string;
  body: { id: string; type: string; created: number; data: { object: StripeRecord; previous_attributes?: object }; [member: string]: unknown };
}

/** Lists, by what their records call themselves. */
const lists = {
  customer: 'customers',
  product: 'products',
  price: 'prices',
  subscription: 'subscriptions',
  invoice: 'invoices',
  charge: 'charges',
} as const;

export type StripeList = (typeof lists)[keyof typeof lists];

/** Stripe's own example of each object, by the name of its list. */
export function exampleRecords(): Map<StripeList, StripeRecord> {
  const { resources } = loadData<{ resources: Record<string, StripeRecord> }>('stripe/fixtures3.json');
  return new Map(Object.entries(lists).map(([object, list]) => [list, resources[object]!]));
}

/** Stripe's own example of an answer that is no list: `deleted_customer`, `event`. */
export function exampleOf(name: string): StripeRecord {
  const { resources } = loadData<{ resources: Record<string, StripeRecord | undefined> }>('stripe/fixtures3.json');
  const example = resources[name];
  if (!example) throw new Error(`Stripe gives no example of ${name}.`);
  return example;
}

/** The bodies of events that webhooks received, in the order of their files. */
export function recordedEvents(): RecordedEvent[] {
  const folder = fileURLToPath(new URL('./stripe/webhooks', import.meta.url));
  const files = readdirSync(folder).sort();
  if (files.length === 0) throw new Error('No events were recorded.');
  return files.map((file) => ({ place: `stripe/webhooks/${file}`, body: loadData(`stripe/webhooks/${file}`) }));
}

/** Of every list: Stripe's example, and what the newest recorded event of each record carries, deletions aside. */
export function recordedStripeRecords(): Map<StripeList, StripeRecord[]> {
  const records = new Map([...exampleRecords()].map(([list, example]) => [list, new Map([[example.id, example]])]));
  for (const { body } of recordedEvents().toSorted((a, b) => a.body.created - b.body.created)) {
    const { object } = body.data;
    const list = Object.hasOwn(lists, object.object) ? lists[object.object as keyof typeof lists] : undefined;
    // A subscription of 2012 does not say when it was created.
    const isWhole = typeof object.id === 'string' && typeof object.created === 'number';
    if (list !== undefined && isWhole && !body.type.endsWith('.deleted')) records.get(list)!.set(object.id, object);
  }
  return new Map([...records].map(([list, byId]) => [list, [...byId.values()]]));
}
