import type { JsonObject } from '../json.ts';
import { mix, pick } from '../random.ts';
import type { Model } from '../store/types.ts';
import * as words from '../words.ts';
import { companyDomain, userId } from './account.ts';
import { generatedUpdate } from './objects.ts';

/** What API v2 does not have: https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide */
export interface V1Object {
  name: 'leads' | 'notes' | 'users';
  label: string;
  /** One of them is enough. */
  scopes: string[];
  /** Ids of leads are UUIDs. */
  hasUuids: boolean;
  defaultSize: number;
  /** What the list can be sorted by; empty: it is not paged at all. */
  sorts: string[];
  /** Names of the two times in the record. */
  times: { created: string; updated: string };
  fieldsOf: (seed: number, n: number, account: string) => JsonObject;
}

const times = { created: 'add_time', updated: 'update_time' };

export const v1Objects: Readonly<Record<string, V1Object>> = {
  leads: {
    ...{ name: 'leads', label: 'Lead', scopes: ['leads'], hasUuids: true, defaultSize: 30, times },
    sorts: ['id', 'title', 'owner_id', 'creator_id', 'was_seen', 'expected_close_date', 'next_activity_id', 'add_time', 'update_time'],
    fieldsOf: lead,
  },
  notes: {
    ...{ name: 'notes', label: 'Note', scopes: ['deals', 'contacts'], hasUuids: false, defaultSize: 25, times },
    sorts: ['id', 'user_id', 'deal_id', 'person_id', 'org_id', 'content', 'add_time', 'update_time'],
    fieldsOf: note,
  },
  users: {
    ...{ name: 'users', label: 'User', scopes: ['users'], hasUuids: false, defaultSize: 4, sorts: [] },
    times: { created: 'created', updated: 'modified' },
    fieldsOf: user,
  },
};

export function v1Model({ fieldsOf, hasUuids }: V1Object, account: string, seed: number): Model {
  return {
    ...generatedUpdate,
    idOf: hasUuids ? (n) => `adf21080-0e10-11eb-879b-${n.toString(16).padStart(12, '0')}` : (n) => String(n),
    fieldsOf: (n) => fieldsOf(seed, n, account),
    compareIds: hasUuids ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0),
  };
}

function lead(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  return {
    title: `${pick(words.companyWords, a)} lead ${n}`,
    owner_id: userId,
    creator_id: userId,
    label_ids: [],
    person_id: 1 + (a % 120),
    organization_id: n % 3 === 0 ? null : 1 + (b % 40),
    source_name: 'Manually created',
    origin: 'ManuallyCreated',
    origin_id: null,
    channel: null,
    channel_id: null,
    is_archived: n % 10 === 0,
    was_seen: true,
    value: n % 2 === 0 ? null : { amount: a % 10_000, currency: 'EUR' },
    expected_close_date: null,
    next_activity_id: null,
    visible_to: '3',
    cc_email: null,
  };
}

function note(seed: number, n: number): JsonObject {
  const [a, b] = [mix(seed, n, 1), mix(seed, n, 2)];
  return {
    active_flag: true,
    content: `<p>${pick(words.colours, a)} &amp; ${pick(words.colours, b)}</p>`,
    deal_id: n % 2 === 0 ? 1 + (b % 60) : null,
    lead_id: null,
    person_id: 1 + (a % 120),
    org_id: 1 + (b % 40),
    project_id: null,
    user_id: userId,
    last_update_user_id: null,
    pinned_to_deal_flag: false,
    pinned_to_person_flag: false,
    pinned_to_organization_flag: false,
    user: { email: 'dev@example.com', name: 'Dev Engineer', icon_url: null, is_you: true },
  };
}

function user(seed: number, n: number, account: string): JsonObject {
  const [first, last] = [pick(words.firstNames, mix(seed, n, 1)), pick(words.lastNames, mix(seed, n, 2))];
  return {
    name: `${first} ${last}`,
    default_currency: 'EUR',
    locale: 'en_US',
    lang: 1,
    email: `user.${n}@${companyDomain(account)}.example.com`,
    phone: null,
    activated: true,
    last_login: '2026-11-20 08:45:56',
    has_created_company: n === 1,
    access: [{ app: 'sales', admin: n === 1, permission_set_id: '00000000-0000-0000-0000-000000000001' }],
    active_flag: n % 4 !== 0,
    timezone_name: 'Europe/Tallinn',
    timezone_offset: '+02:00',
    role_id: 1,
    icon_url: null,
    is_you: n === 1,
  };
}
