import { mix, pick } from '../random.ts';
import { cities, companyForms, companyWords, firstNames, industries, lastNames, notes, titles } from '../words.ts';

/** How a HubSpot property is made for the n-th record, and how it describes itself. HubSpot's values are texts or null. */
export interface Property {
  name: string;
  label: string;
  type: 'string' | 'number' | 'datetime' | 'enumeration' | 'bool';
  value: (seed: number, n: number) => string | null;
}

const text = (name: string, label: string, value: Property['value']): Property => ({ name, label, type: 'string', value });
const number = (name: string, label: string, value: Property['value']): Property => ({ name, label, type: 'number', value });
const choice = (name: string, label: string, value: Property['value']): Property => ({ name, label, type: 'enumeration', value });

const cityOf = (seed: number, n: number) => pick(cities, mix(seed, n, 2));
const noteTexts = notes.map((note) => JSON.parse(note) as string);
const lifecycle = ['subscriber', 'lead', 'marketingqualifiedlead', 'opportunity', 'customer'] as const;
const dealStages = ['appointmentscheduled', 'qualifiedtobuy', 'presentationscheduled', 'contractsent', 'closedwon', 'closedlost'] as const;

/** Properties that hold a record's id and times; they are computed, never stored. */
export function systemProperties(modified: string): Property[] {
  const none = () => null;
  return [
    { name: 'createdate', label: 'Create Date', type: 'datetime', value: none },
    { name: modified, label: 'Last Modified Date', type: 'datetime', value: none },
    { name: 'hs_object_id', label: 'Record ID', type: 'number', value: none },
  ];
}

export const contactProperties: Property[] = [
  number('annualrevenue', 'Annual Revenue', (seed, n) => `${mix(seed, n, 4) % 100000}.10`),
  number('associatedcompanyid', 'Primary Associated Company ID', (seed, n) => String(companyId(1 + (mix(seed, n, 5) % 40)))),
  text('city', 'City', (seed, n) => cityOf(seed, n)[0]),
  text('company', 'Company Name', (seed, n) => `${pick(companyWords, mix(seed, n, 6))} ${pick(companyForms, mix(seed, n, 7))}`),
  text('country', 'Country/Region', (seed, n) => cityOf(seed, n)[1]),
  text('email', 'Email', (_seed, n) => `contact.${n}@example.com`),
  text('firstname', 'First Name', (seed, n) => pick(firstNames, mix(seed, n, 1))),
  text('hs_all_contact_vids', 'All vids for a contact', (_seed, n) => String(recordId(n))),
  text('hs_email_domain', 'Email Domain', () => 'example.com'),
  choice('hs_lead_status', 'Lead Status', (seed, n) => (mix(seed, n, 8) % 3 === 0 ? null : 'OPEN')),
  text('hs_pipeline', 'Pipeline', () => 'contacts-lifecycle-pipeline'),
  text('hubspot_owner_id', 'Contact owner', (seed, n) => String(81000001 + (mix(seed, n, 9) % 5))),
  text('jobtitle', 'Job Title', (seed, n) => pick(titles, mix(seed, n, 10))),
  text('lastname', 'Last Name', (seed, n) => pick(lastNames, mix(seed, n, 11))),
  number('ledger_number', 'Ledger number', (seed, n) => `90071992547${40993 + (mix(seed, n, 12) % 59000)}`),
  choice('lifecyclestage', 'Lifecycle Stage', (seed, n) => pick(lifecycle, mix(seed, n, 13))),
  text('message', 'Message', (seed, n) => noteTexts[mix(seed, n, 14) & 15] ?? null),
  text('phone', 'Phone Number', (seed, n) => `+49 30 ${1000000 + (mix(seed, n, 15) % 9000000)}`),
  text('website', 'Website URL', () => null),
  text('zip', 'Postal Code', (seed, n) => cityOf(seed, n)[2]),
];

export const companyProperties: Property[] = [
  number('annualrevenue', 'Annual Revenue', (seed, n) => `${mix(seed, n, 4) % 900000000}.50`),
  text('city', 'City', (seed, n) => cityOf(seed, n)[0]),
  text('country', 'Country/Region', (seed, n) => cityOf(seed, n)[1]),
  text('description', 'Description', (seed, n) => noteTexts[mix(seed, n, 5) & 15] ?? null),
  text('domain', 'Company Domain Name', (_seed, n) => `company-${n}.example.com`),
  choice('industry', 'Industry', (seed, n) => pick(industries, mix(seed, n, 6))),
  text('name', 'Company name', (seed, n) => `${pick(companyWords, mix(seed, n, 1))} ${pick(companyForms, mix(seed, n, 7))} ${n}`),
  number('numberofemployees', 'Number of Employees', (seed, n) => String(1 + (mix(seed, n, 8) % 20000))),
  text('phone', 'Phone Number', () => null),
  text('website', 'Website URL', (_seed, n) => `company-${n}.example.com`),
];

export const dealProperties: Property[] = [
  number('amount', 'Amount', (seed, n) => `${mix(seed, n, 4) % 1000000}.10`),
  {
    name: 'closedate',
    label: 'Close Date',
    type: 'datetime',
    value: (seed, n) => `2025-${String(1 + (mix(seed, n, 5) % 12)).padStart(2, '0')}-15T10:00:00Z`,
  },
  text('dealname', 'Deal Name', (seed, n) => `${pick(companyWords, mix(seed, n, 1))} – №${n}`),
  choice('dealstage', 'Deal Stage', (seed, n) => pick(dealStages, mix(seed, n, 6))),
  text('hubspot_owner_id', 'Deal owner', (seed, n) => String(81000001 + (mix(seed, n, 7) % 5))),
  choice('pipeline', 'Pipeline', () => 'default'),
];

const firstRecordId = 286051;
const recordIdStep = 50;
const firstCompanyId = 7945028643;

/** HubSpot's ids are numbers that grow in steps. */
export function recordId(n: number): number {
  return firstRecordId + n * recordIdStep;
}

export function companyId(n: number): number {
  return firstCompanyId + n;
}
