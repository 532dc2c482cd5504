import type { Product } from './product.ts';
import type { Terminal } from './terminal.ts';
import { all, connectCustomer, controlOf, createVendor, firstRuns, offerProvider, syncNow } from './vendor.ts';

const sizes = { deals: 60, line_items: 120, orders: 200 };
const linesPerOrder = 3;
const customer = 'fabrikam';

/** Children that are asked for below their parents, children that come inside them, and until when all of it is complete. */
export async function tellFamilyStory(product: Product, terminal: Terminal): Promise<void> {
  terminal.chapter('5. Parents and children, and until when everything is there');
  const control = controlOf(product);
  const account = `${customer}-${Date.now().toString(36)}`;
  for (const [object, size] of Object.entries(sizes)) await control.setSize({ account, object, size });
  const vendor = await createVendor(product, 'Fabrikam Orders');
  await offerProvider(vendor, 'sandbox', ['line_items', 'deals', 'orders']);
  await connectCustomer(vendor, { customer, provider: 'sandbox', account });
  const connections = [...vendor.connections.values()];
  const expected = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  await firstRuns(vendor, connections, expected, terminal, `${vendor.name}: deals, line items, orders`);

  const items = await all(vendor.sdk.records.list('sandbox', 'line_items', { customer_id: customer }));
  const deals = new Set(items.map(({ record_id }) => (JSON.parse(record_id) as [string, string])[0]));
  const isComplete = items.length === sizes.line_items && deals.size === sizes.deals;
  terminal.check('every deal was asked for its line items', isComplete, `${items.length} line items below ${deals.size} deals`);
  const lines = await all(vendor.sdk.records.list('sandbox', 'order_lines', { customer_id: customer }));
  const expectedLines = sizes.orders * linesPerOrder;
  terminal.check('the lines inside orders are records of their own', lines.length === expectedLines, `${lines.length} lines`);

  const runs = await syncNow(vendor, connections, terminal, `${vendor.name}: everything again, by estimate`, { full: true });
  const written = runs.reduce((sum, run) => sum + run.inserted + run.updated + run.deleted, 0);
  terminal.check('reading everything again writes nothing', written === 0, `${written} rows written`);
  const syncs = await all(vendor.sdk.syncs.list({ connection_id: connections[0]! }));
  const times = syncs.map(({ complete_as_of }) => complete_as_of);
  const isKnown = times.every((time) => time !== null && Date.parse(time) <= Date.now());
  terminal.check('every sync says until when it is complete', isKnown, times.map((time) => time ?? 'unknown').join(', '));
}
