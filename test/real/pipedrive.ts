import { loadData, loadExchanges, pathOf } from './index.ts';
import type { Newest } from './newest.ts';

/** A person as API v2 gives it. */
export interface PipedrivePerson {
  id: number;
  update_time: string;
  custom_fields: { [key: string]: unknown };
  [field: string]: unknown;
}

/** A person as it was recorded: v1, custom fields flat among the others. */
export interface RecordedPerson {
  id: number;
  active_flag: boolean;
  update_time: string;
  [field: string]: unknown;
}

/**
 * Every person that was recorded, in its newest state that was not deleted. The recordings are of v1; the shape is that of v2, as
 * the migration guide translates it: https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide
 */
export function newestPipedrivePersons(): Newest<PipedrivePerson>[] {
  const types = fieldTypes();
  const found = new Map<number, { person: RecordedPerson; deletedAt: string | null; places: string[] }>();
  for (const { place, person } of recordedPersons()) {
    const known = found.get(person.id);
    if (!person.active_flag) {
      if (known) known.deletedAt = timeOf(person.update_time);
    } else if (!known || known.person.update_time <= person.update_time)
      found.set(person.id, { person, deletedAt: null, places: [...(known?.places ?? []), place] });
  }
  return [...found.values()].map(({ person, ...rest }) => ({ id: String(person.id), record: asV2Person(person, types), ...rest }));
}

/** Every state of every person that was recorded, in the shape of v2. */
export function everyRecordedState(): { place: string; person: PipedrivePerson }[] {
  const types = fieldTypes();
  return recordedPersons().map(({ place, person }) => ({ place, person: asV2Person(person, types) }));
}

/** In the order in which they were recorded: answers to reads and writes, a page of the feed of recents, bodies of webhooks. */
export function recordedPersons(): { place: string; person: RecordedPerson }[] {
  const persons: { place: string; person: RecordedPerson }[] = [];
  for (const exchange of loadExchanges('pipedrive/recorded')) {
    const { data } = exchange.response.body as { data: unknown };
    if (/\/persons(\/\d+)?$/.test(pathOf(exchange)) && isPerson(data)) persons.push({ place: exchange.place, person: data });
  }
  const recents = loadData<{ data: { data: unknown }[] }>('pipedrive/recents-page.json');
  for (const { data } of recents.data) if (isPerson(data)) persons.push({ place: 'pipedrive/recents-page.json', person: data });
  for (const name of ['webhook_person_update', 'webhook_person_update_import']) {
    const place = `pipedrive/webhooks/${name}.json`;
    const { current } = loadData<{ current: unknown }>(place);
    if (isPerson(current)) persons.push({ place, person: current });
  }
  return persons;
}

function isPerson(value: unknown): value is RecordedPerson {
  return typeof value === 'object' && value !== null && 'active_flag' in value && 'first_char' in value;
}

/** Of the recorded account's custom fields: their types, by key. */
function fieldTypes(): Map<string, string> {
  const fields = loadExchanges('pipedrive/recorded')
    .filter((exchange) => pathOf(exchange).endsWith('/personFields') && exchange.request.method === 'GET')
    .flatMap(({ response }) => (response.body as { data: { key: string; field_type: string }[] }).data);
  return new Map(fields.map(({ key, field_type: type }) => [key, type]));
}

function asV2Person(person: RecordedPerson, types: ReadonlyMap<string, string>): PipedrivePerson {
  const { label, visible_to: visibleTo } = person;
  return {
    id: person.id,
    name: person.name,
    first_name: person.first_name,
    last_name: person.last_name,
    owner_id: idOf(person.owner_id),
    org_id: idOf(person.org_id),
    emails: person.email,
    phones: person.phone,
    visible_to: Number(visibleTo),
    label_ids: label === null ? [] : [label],
    picture_id: idOf(person.picture_id),
    add_time: timeOf(String(person.add_time)),
    update_time: timeOf(person.update_time),
    is_deleted: !person.active_flag,
    custom_fields: customFieldsOf(person, types),
  };
}

/** v1 nests what it refers to; v2 gives the id. */
function idOf(reference: unknown): unknown {
  return typeof reference === 'object' && reference !== null && 'value' in reference ? reference.value : reference;
}

/** v1 writes UTC without saying so. */
function timeOf(text: string): string {
  return `${text.replace(' ', 'T')}Z`;
}

/** A field and its subfields (`<hash>_currency`) become one value; options are numbers. */
function customFieldsOf(person: RecordedPerson, types: ReadonlyMap<string, string>): { [key: string]: unknown } {
  const fields: { [key: string]: unknown } = {};
  for (const key of Object.keys(person).filter((name) => /^[0-9a-f]{40}$/.test(name))) {
    const value = person[key];
    const parts = Object.entries(person).filter(([name]) => name.startsWith(`${key}_`));
    if (value === null || parts.length === 0) fields[key] = optionsOf(value, types.get(key));
    else fields[key] = { value, ...Object.fromEntries(parts.map(([name, part]) => [name.slice(key.length + 1), part])) };
  }
  return fields;
}

function optionsOf(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'string' || value === '') return value;
  if (type === 'enum') return Number(value);
  return type === 'set' ? value.split(',').map(Number) : value;
}
