import type { JsonObject } from '../json.ts';
import { exactNumber } from '../json.ts';
import { mix, pick } from '../random.ts';
import type { Model } from '../store/types.ts';
import * as words from '../words.ts';
import { userId } from './account.ts';

export interface PipedriveObject {
  name: string;
  /** In error messages: "Person not found". */
  label: string;
  scope: 'contacts' | 'deals' | 'activities' | 'products';
  /** Whether the list can be filtered and sorted by change. */
  hasChanges: boolean;
  /** What else the list can be filtered by, and simply compares. */
  filters: string[];
  /** Parameters that exist at Pipedrive and are not simulated. */
  others: string[];
  defaultSize: number;
  fieldsOf: (seed: number, n: number) => JsonObject;
}

const extras = ['include_fields', 'include_option_labels', 'include_labels'];

export const pipedriveObjects: Readonly<Record<string, PipedriveObject>> = {
  persons: {
    name: 'persons',
    label: 'Person',
    scope: 'contacts',
    hasChanges: true,
    filters: ['owner_id', 'org_id'],
    others: ['filter_id', 'deal_id', ...extras],
    defaultSize: 120,
    fieldsOf: person,
  },
  organizations: {
    name: 'organizations',
    label: 'Organization',
    scope: 'contacts',
    hasChanges: true,
    filters: ['owner_id'],
    others: ['filter_id', ...extras],
    defaultSize: 40,
    fieldsOf: organization,
  },
  deals: {
    name: 'deals',
    label: 'Deal',
    scope: 'deals',
    hasChanges: true,
    filters: ['owner_id', 'person_id', 'org_id', 'pipeline_id', 'stage_id'],
    others: ['filter_id', ...extras],
    defaultSize: 60,
    fieldsOf: deal,
  },
  activities: {
    name: 'activities',
    label: 'Activity',
    scope: 'activities',
    hasChanges: true,
    filters: ['owner_id', 'deal_id', 'person_id', 'org_id', 'done'],
    others: ['filter_id', 'lead_id', 'include_fields'],
    defaultSize: 50,
    fieldsOf: activity,
  },
  products: {
    name: 'products',
    label: 'Product',
    scope: 'products',
    hasChanges: false,
    filters: ['owner_id'],
    others: ['filter_id', ...extras],
    defaultSize: 30,
    fieldsOf: product,
  },
};

const epoch = Date.parse('2024-01-01T00:00:00.000Z');

/** Pipedrive writes whole seconds, and two neighbours always share their times: a tie needs no preparation. */
export const generatedUpdate = {
  createdAtOf: (n: number) => epoch + Math.floor(n / 2) * 2000,
  updatedAtOf: (n: number) => epoch + Math.floor(n / 2) * 2000 + 1000,
  timeStepMs: 1000,
};

export function pipedriveModel({ fieldsOf }: PipedriveObject, seed: number): Model {
  return {
    ...generatedUpdate,
    idOf: (n) => String(n),
    fieldsOf: (n) => fieldsOf(seed, n),
    compareIds: (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0),
  };
}

/** Custom fields go by hashes, and each account has its own: https://pipedrive.readme.io/docs/core-api-concepts-custom-fields */
function hashKey(seed: number, field: number): string {
  return Array.from({ length: 5 }, (_, i) => mix(seed, field, i).toString(16).padStart(8, '0')).join('');
}

/** Every type of custom field, in the shape of v2: https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide */
function customFields(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 11), mix(seed, n, 12)];
  return {
    [hashKey(seed, 1)]: pick(words.colours, a),
    [hashKey(seed, 2)]: { value: exactNumber(`${a % 100_000}.${10 + (b % 90)}`), currency: 'EUR' },
    [hashKey(seed, 3)]: exactNumber(`${b % 100}.50`),
    [hashKey(seed, 4)]: n % 5 === 0 ? null : { value: '2024-03-01', until: '2024-04-01' },
    [hashKey(seed, 5)]: n % 3 === 0 ? null : [1 + (a % 3), 4 + (b % 3)],
    [hashKey(seed, 6)]: 20 + (b % 9),
  };
}

function person(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  const [first, last] = [pick(words.firstNames, a), pick(words.lastNames, b)];
  return {
    name: `${first} ${last}`,
    first_name: first,
    last_name: last,
    owner_id: userId,
    org_id: n % 7 === 0 ? null : 1 + (a % 40),
    emails: [{ value: `person.${n}@example.com`, primary: true, label: 'work' }],
    phones: [{ value: `+372 ${5_000_000 + (b % 999_999)}`, primary: true, label: 'mobile' }],
    visible_to: 3,
    label_ids: n % 4 === 0 ? [1 + (b % 4)] : [],
    picture_id: null,
    custom_fields: customFields(seed, n),
  };
}

function organization(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  const [city, country, postalCode] = pick(words.cities, b);
  return {
    name: `${pick(words.companyWords, a)} ${pick(words.companyForms, a >>> 6)} ${n}`,
    owner_id: userId,
    address: {
      value: `${1 + (a % 90)} Harbour Street, ${city}`,
      country,
      admin_area_level_1: null,
      admin_area_level_2: null,
      locality: city,
      sublocality: null,
      route: 'Harbour Street',
      street_number: String(1 + (a % 90)),
      subpremise: null,
      postal_code: postalCode,
    },
    visible_to: 3,
    label_ids: [],
    custom_fields: customFields(seed, n),
  };
}

function deal(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  const status = pick(['open', 'open', 'won', 'lost'] as const, a);
  const isArchived = n % 10 === 0;
  return {
    title: `${pick(words.companyWords, a)} – ${pick(words.colours, b)} №${n}`,
    creator_user_id: userId,
    owner_id: userId,
    value: exactNumber(`${a % 100_000}.${10 + (b % 90)}`),
    person_id: 1 + (a % 120),
    org_id: 1 + (b % 40),
    stage_id: 1 + (b % 5),
    pipeline_id: 1,
    currency: 'EUR',
    archive_time: isArchived ? '2024-02-01T00:00:00Z' : null,
    stage_change_time: null,
    status,
    is_archived: isArchived,
    probability: null,
    lost_reason: status === 'lost' ? 'Said: "too expensive"' : null,
    visible_to: 3,
    close_time: status === 'open' ? null : '2024-01-20T10:00:00Z',
    won_time: status === 'won' ? '2024-01-20T10:00:00Z' : null,
    lost_time: status === 'lost' ? '2024-01-20T10:00:00Z' : null,
    expected_close_date: '2024-06-30',
    label_ids: [],
    origin: 'ManuallyCreated',
    origin_id: null,
    channel: null,
    channel_id: null,
    arr: null,
    mrr: null,
    acv: null,
    custom_fields: customFields(seed, n),
  };
}

function activity(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  const personId = 1 + (a % 120);
  return {
    subject: `${pick(words.titles, a)}: follow up ${n}`,
    type: pick(['call', 'meeting', 'task', 'email'] as const, b),
    owner_id: userId,
    creator_user_id: userId,
    deal_id: n % 3 === 0 ? null : 1 + (b % 60),
    lead_id: null,
    person_id: personId,
    org_id: 1 + (b % 40),
    project_id: null,
    due_date: `2024-${String(1 + (a % 12)).padStart(2, '0')}-15`,
    due_time: n % 2 === 0 ? null : '15:00:00',
    duration: null,
    busy: false,
    done: n % 4 === 0,
    marked_as_done_time: n % 4 === 0 ? '2024-01-10T12:00:00Z' : null,
    location: null,
    participants: [{ person_id: personId, primary: true }],
    conference_meeting_client: null,
    conference_meeting_url: null,
    conference_meeting_id: null,
    public_description: null,
    priority: null,
    note: `<p>${pick(words.colours, b)} &amp; ${pick(words.colours, a)}</p>`,
  };
}

function product(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  return {
    name: `${pick(words.colours, a)} ${pick(words.companyWords, b)} ${n}`,
    code: `SKU-${n}`,
    description: null,
    unit: 'pcs',
    tax: 20,
    category: null,
    is_linkable: true,
    visible_to: 3,
    owner_id: userId,
    prices: [
      {
        product_id: n,
        price: exactNumber(`${a % 500}.${10 + (b % 90)}`),
        currency: 'EUR',
        cost: 0,
        direct_cost: null,
        notes: '',
      },
    ],
    billing_frequency: 'one-time',
    billing_frequency_cycles: null,
    custom_fields: customFields(seed, n),
  };
}
