import { type Exchange, loadData, loadExchanges, pathOf } from './index.ts';

/** The newest state of a record that was recorded. */
export interface Newest<Record> {
  id: string;
  /** Value for value as recorded: nothing is added. */
  record: Record;
  /** When it was deleted, if a recorded request did that later. */
  deletedAt: string | null;
  /** Where the state comes from. */
  places: string[];
}

export interface HubspotRecord {
  id: string;
  properties: { [name: string]: string | null };
  createdAt: string;
  updatedAt: string;
  archived: boolean;
}

export interface SalesforceRecord {
  attributes?: { type: string; url: string };
  Id: string;
  [field: string]: unknown;
}

/**
 * Every contact that the CRM v3 recordings name. Of two versions the one modified later counts; answers about the same version
 * each show the properties they were asked for, so they complete one another.
 */
export function newestHubspotContacts(): Newest<HubspotRecord>[] {
  const found = new Map<string, Newest<HubspotRecord>>();
  const pages = loadData<Record<string, { results: HubspotRecord[] }>>('hubspot/list-pages-v3.json');
  for (const name of ['mock_contacts_data', 'mock_contacts_with_history']) {
    for (const record of pages[name]!.results) see(`hubspot/list-pages-v3.json#${name}`, record);
  }
  for (const exchange of loadExchanges('hubspot/recorded')) {
    const [, verb] = pathOf(exchange).match(/^\/crm\/v3\/objects\/CONTACT\/(.+)$/) ?? [];
    if (verb === undefined || exchange.response.status >= 400) continue;
    if (verb === 'batch/archive') archive(exchange);
    else for (const record of (exchange.response.body as { results: HubspotRecord[] }).results) see(exchange.place, record);
  }
  return [...found.values()];

  function see(place: string, { id, properties, createdAt, updatedAt, archived }: HubspotRecord): void {
    const record = { id, properties, createdAt, updatedAt, archived };
    const known = found.get(id);
    const difference = known ? Date.parse(updatedAt) - Date.parse(known.record.updatedAt) : 1;
    if (!known || difference > 0) {
      const deletedAt = known?.deletedAt != null && Date.parse(known.deletedAt) > Date.parse(updatedAt) ? known.deletedAt : null;
      found.set(id, { id, record, deletedAt, places: [place] });
    } else if (difference === 0) {
      known.record.properties = { ...known.record.properties, ...properties };
      known.places.push(place);
    }
  }

  function archive({ request, response }: Exchange): void {
    for (const { id } of (request.body as { inputs: { id: string }[] }).inputs) {
      const known = found.get(id);
      if (known) known.deletedAt = new Date(response.headers.date ?? '').toISOString();
    }
  }
}

/**
 * Every Contact or Account that the recordings show. A get shows all fields; a query shows those it selected, and a write that
 * succeeded those it set: they are laid over what was known. A write makes the known times of modification stale, so they go.
 */
export function newestSalesforceRecords(object: 'Contact' | 'Account'): Newest<SalesforceRecord>[] {
  const found = new Map<string, Newest<SalesforceRecord>>();
  const exchanges = loadExchanges('salesforce/recorded').filter(({ response }) => response.status < 400);
  exchanges.sort((a, b) => Date.parse(a.response.headers.date ?? '') - Date.parse(b.response.headers.date ?? ''));
  for (const exchange of exchanges) {
    const path = pathOf(exchange);
    const { body } = exchange.response;
    if (path.endsWith('/query')) {
      const { records } = body as { records: SalesforceRecord[] };
      for (const record of records) if (record.attributes?.type === object) lay(exchange, record);
    } else if (new RegExp(`/sobjects/${object}/\\w{18}$`).test(path)) {
      const record = body as SalesforceRecord;
      found.set(record.Id, { id: record.Id, record: { ...record }, deletedAt: null, places: [exchange.place] });
    } else if (path.endsWith('/composite/sobjects')) compose(exchange);
  }
  return [...found.values()];

  function lay(exchange: Exchange, record: SalesforceRecord): void {
    const known = found.get(record.Id);
    found.set(record.Id, {
      id: record.Id,
      record: { ...known?.record, ...record },
      deletedAt: null,
      places: [...(known?.places ?? []), exchange.place],
    });
  }

  function compose(exchange: Exchange): void {
    const { method, body } = exchange.request;
    const outcomes = exchange.response.body as { id?: string; success: boolean }[];
    const sent = (body as { records?: ({ attributes: { type: string } } & Record<string, unknown>)[] } | undefined)?.records ?? [];
    for (const [index, outcome] of outcomes.entries()) {
      if (!outcome.success || outcome.id === undefined) continue;
      const known = found.get(outcome.id);
      if (method === 'DELETE') {
        if (known) known.deletedAt = new Date(exchange.response.headers.date ?? '').toISOString();
        continue;
      }
      const { attributes, id: _id, ...fields } = sent[index]!;
      if (attributes.type !== object) continue;
      if (known) for (const stale of ['LastModifiedDate', 'SystemModstamp', 'Name']) if (!(stale in fields)) delete known.record[stale];
      lay(exchange, { Id: outcome.id, ...fields });
    }
  }
}
