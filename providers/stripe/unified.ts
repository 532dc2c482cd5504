import type { Expr, UnifiedMapping } from '#kit';

const category = 'accounting';
const version = 1;

/**
 * Amounts are whole numbers of the smallest unit; all other currencies have two digits, also ISK and UGX, which have no smaller unit any
 * more. https://docs.stripe.com/currencies#minor-units
 */
const digits: Record<string, number> = {
  ...fixed(0, ['bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf']),
  ...fixed(3, ['bhd', 'jod', 'kwd', 'omr', 'tnd']),
};

function fixed(count: number, currencies: string[]): Record<string, number> {
  return Object.fromEntries(currencies.map((code) => [code, count]));
}

function amount(path: string): Expr {
  return { minor: path, currency: 'currency', digits };
}

function address(path: string, type: string): Record<string, Expr> {
  return {
    street_1: { text: `${path}.line1` },
    street_2: { text: `${path}.line2` },
    city: { text: `${path}.city` },
    state: { text: `${path}.state` },
    postal_code: { text: `${path}.postal_code` },
    country: { text: `${path}.country` },
    type: { constant: type },
  };
}

const currency: Expr = { currency: 'currency' };
const createdAt: Record<string, Expr> = { remote_created_at: { time: 'created' } };

export const unified: UnifiedMapping[] = [
  {
    category,
    model: 'contact',
    version,
    object: 'customers',
    fields: {
      name: { text: 'name' },
      is_customer: { constant: true },
      is_supplier: { constant: false },
      emails: { list: [{ email: { text: 'email' }, type: { constant: 'primary' } }] },
      phones: { list: [{ number: { text: 'phone' }, type: { constant: 'primary' } }] },
      addresses: {
        list: [address('address', 'billing'), address('shipping.address', 'shipping')],
        needs: ['street_1', 'street_2', 'city', 'state', 'postal_code', 'country'],
      },
      currency,
      status: { constant: 'ACTIVE' },
      ...createdAt,
    },
  },
  {
    category,
    model: 'invoice',
    version,
    object: 'invoices',
    fields: {
      type: { constant: 'ACCOUNTS_RECEIVABLE' },
      number: { text: 'number' },
      contact: { text: 'customer' },
      status: {
        when: { all: [{ path: 'status', is: ['open'] }, { not: { path: 'amount_paid', is: [0, null] } }] },
        gives: { constant: 'PARTIALLY_PAID' },
        otherwise: {
          oneOf: { text: 'status' },
          values: { draft: 'DRAFT', open: 'OPEN', paid: 'PAID', void: 'VOID' },
          other: 'OTHER',
        },
      },
      issue_date: { date: 'effective_at|status_transitions.finalized_at' },
      due_date: { date: 'due_date' },
      paid_date: { date: 'status_transitions.paid_at' },
      currency,
      sub_total: amount('subtotal'),
      total_tax: amount('tax'),
      total: amount('total'),
      balance: amount('amount_remaining'),
      memo: { text: 'description' },
      line_items: {
        each: 'lines.data',
        item: {
          description: { text: 'description' },
          quantity: { number: 'quantity' },
          unit_price: amount('pricing.unit_amount_decimal|price.unit_amount_decimal|price.unit_amount'),
          total: amount('amount'),
          item: { text: 'pricing.price_details.product|price.product' },
        },
        needs: ['description', 'total'],
      },
      ...createdAt,
    },
  },
  {
    category,
    model: 'item',
    version,
    object: 'products',
    fields: {
      name: { text: 'name' },
      description: { text: 'description' },
      status: { when: { path: 'active', is: [false] }, gives: { constant: 'ARCHIVED' }, otherwise: { constant: 'ACTIVE' } },
      ...createdAt,
      remote_updated_at: { time: 'updated' },
    },
  },
  {
    category,
    model: 'payment',
    version,
    object: 'charges',
    fields: {
      transaction_date: { date: 'created' },
      contact: { text: 'customer' },
      status: { oneOf: { text: 'status' }, values: { succeeded: 'SUCCEEDED', pending: 'PENDING', failed: 'FAILED' }, other: 'OTHER' },
      currency,
      total: amount('amount'),
      total_refunded: amount('amount_refunded'),
      payment_method: { text: 'payment_method_details.type' },
      reference: { text: 'receipt_number' },
      invoices: { list: [{ invoice: { text: 'invoice' } }] },
      ...createdAt,
    },
  },
];
