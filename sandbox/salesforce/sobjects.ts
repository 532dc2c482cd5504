import { exactNumber, type Json, type JsonObject } from '../json.ts';
import { mix, pick } from '../random.ts';
import { cities, companyForms, companyWords, firstNames, lastNames, notes, titles } from '../words.ts';
import {
  accountFields,
  contactFields,
  customFields,
  eventFields,
  type Field,
  leadFields,
  noteFields,
  opportunityFields,
  taskFields,
  userFields,
} from './fields.ts';
import { recordId } from './ids.ts';

export interface SObject {
  name: string;
  label: string;
  labelPlural: string;
  keyPrefix: string;
  custom: boolean;
  /** Its old records are archived: `IsArchived`. */
  archives?: boolean;
  fields: Field[];
  defaultSize: number;
  content(seed: number, n: number): JsonObject;
}

const notesOf = (bits: number): string => JSON.parse(notes[bits & 15]!) as string;
const ledger = (seed: number, n: number): Json => exactNumber(`9007199254740${993 + (mix(seed, n, 20) % 9000)}`);

function street(prefix: string, seed: number, n: number): JsonObject {
  const [city, country, postalCode] = pick(cities, mix(seed, n, 2));
  const parts: JsonObject = {
    City: city,
    Country: country,
    PostalCode: postalCode,
    State: null,
    Street: `${1 + (mix(seed, n, 3) % 199)} Harbour Street`,
  };
  const place: JsonObject = { Latitude: null, Longitude: null, GeocodeAccuracy: null };
  const content: JsonObject = {};
  for (const [key, value] of Object.entries({ ...parts, ...place })) content[prefix + key] = value;
  content[`${prefix}Address`] = {
    city,
    country,
    geocodeAccuracy: null,
    latitude: null,
    longitude: null,
    postalCode,
    state: null,
    street: parts.Street ?? null,
  };
  return content;
}

/** Whom and what an activity is about. */
function relations(seed: number, n: number): JsonObject {
  const accountId = recordId('001', 1 + (mix(seed, n, 5) % 40));
  return {
    WhoId: recordId('003', 1 + (mix(seed, n, 9) % 120)),
    WhatId: n % 2 === 0 ? accountId : recordId('006', 1 + (mix(seed, n, 10) % 60)),
    AccountId: accountId,
  };
}

const standardObjects: SObject[] = [
  {
    name: 'Contact',
    label: 'Contact',
    labelPlural: 'Contacts',
    keyPrefix: '003',
    custom: false,
    fields: contactFields,
    defaultSize: 120,
    content: (seed, n) => {
      const [firstName, lastName] = [pick(firstNames, mix(seed, n, 1)), pick(lastNames, mix(seed, n, 4))];
      return {
        AccountId: recordId('001', 1 + (mix(seed, n, 5) % 40)),
        LastName: lastName,
        FirstName: firstName,
        Name: `${firstName} ${lastName}`,
        ...street('Mailing', seed, n),
        Phone: `+49 30 ${1000000 + (mix(seed, n, 6) % 9000000)}`,
        Email: `contact.${n}@example.com`,
        Title: pick(titles, mix(seed, n, 7)),
        LeadSource: 'Web',
        Birthdate: '1980-02-29',
        Description: notesOf(mix(seed, n, 8)),
        IsEmailBounced: false,
        PhotoUrl: `/services/images/photo/${recordId('003', n)}`,
        CleanStatus: 'Pending',
        Ledger_Number__c: ledger(seed, n),
        Score__c: exactNumber(`${mix(seed, n, 9) % 100}.10`),
      };
    },
  },
  {
    name: 'Account',
    label: 'Account',
    labelPlural: 'Accounts',
    keyPrefix: '001',
    custom: false,
    fields: accountFields,
    defaultSize: 40,
    content: (seed, n) => ({
      Name: `${pick(companyWords, mix(seed, n, 1))} ${pick(companyForms, mix(seed, n, 4))} ${n}`,
      Type: 'Customer - Direct',
      ...street('Billing', seed, n),
      AccountNumber: `ACC-${String(n).padStart(8, '0')}`,
      Website: `https://company-${n}.example.com`,
      PhotoUrl: `/services/images/photo/${recordId('001', n)}`,
      AnnualRevenue: exactNumber(`${mix(seed, n, 5) % 900000000}.50`),
      NumberOfEmployees: 1 + (mix(seed, n, 6) % 20000),
      Description: notesOf(mix(seed, n, 7)),
      CleanStatus: 'Pending',
    }),
  },
  {
    name: 'Opportunity',
    label: 'Opportunity',
    labelPlural: 'Opportunities',
    keyPrefix: '006',
    custom: false,
    fields: opportunityFields,
    defaultSize: 60,
    content: (seed, n) => ({
      AccountId: recordId('001', 1 + (mix(seed, n, 5) % 40)),
      IsPrivate: false,
      Name: `${pick(companyWords, mix(seed, n, 1))} – №${n}`,
      StageName: 'Prospecting',
      Amount: exactNumber(`${mix(seed, n, 6) % 1000000}.10`),
      Probability: exactNumber('10.0'),
      CloseDate: '2025-06-30',
      IsClosed: false,
      IsWon: false,
      ForecastCategory: 'Pipeline',
      HasOpportunityLineItem: false,
      FiscalQuarter: 2,
      FiscalYear: 2025,
      Fiscal: '2025 2',
      Description: notesOf(mix(seed, n, 7)),
    }),
  },
  {
    name: 'Lead',
    label: 'Lead',
    labelPlural: 'Leads',
    keyPrefix: '00Q',
    custom: false,
    fields: leadFields,
    defaultSize: 30,
    content: (seed, n) => {
      const [firstName, lastName] = [pick(firstNames, mix(seed, n, 1)), pick(lastNames, mix(seed, n, 4))];
      const isConverted = n % 5 === 0;
      return {
        LastName: lastName,
        FirstName: firstName,
        Name: `${firstName} ${lastName}`,
        Title: pick(titles, mix(seed, n, 7)),
        Company: `${pick(companyWords, mix(seed, n, 5))} ${n}`,
        ...street('', seed, n),
        Phone: `+49 30 ${1000000 + (mix(seed, n, 6) % 9000000)}`,
        Email: `lead.${n}@example.com`,
        Description: notesOf(mix(seed, n, 8)),
        LeadSource: 'Web',
        Status: isConverted ? 'Closed - Converted' : 'Open - Not Contacted',
        IsConverted: isConverted,
        ConvertedDate: isConverted ? '2024-02-01' : null,
        ConvertedAccountId: isConverted ? recordId('001', 1 + (mix(seed, n, 9) % 40)) : null,
        ConvertedContactId: isConverted ? recordId('003', 1 + (mix(seed, n, 10) % 120)) : null,
        IsUnreadByOwner: false,
      };
    },
  },
  {
    name: 'Task',
    label: 'Task',
    labelPlural: 'Tasks',
    keyPrefix: '00T',
    custom: false,
    archives: true,
    fields: taskFields,
    defaultSize: 30,
    content: (seed, n) => {
      const kind = pick(['Task', 'Task', 'Call', 'Email'] as const, mix(seed, n, 1));
      const isClosed = n % 4 === 0;
      return {
        ...relations(seed, n),
        Subject: `${kind} ${n}`,
        ActivityDate: '2024-03-15',
        Status: isClosed ? 'Completed' : 'Not Started',
        Priority: 'Normal',
        IsHighPriority: false,
        Description: notesOf(mix(seed, n, 8)),
        IsClosed: isClosed,
        IsArchived: false,
        CallType: kind === 'Call' ? 'Outbound' : null,
        IsReminderSet: false,
        IsRecurrence: false,
        TaskSubtype: kind,
        CompletedDateTime: isClosed ? '2024-03-16T09:30:00.000+0000' : null,
      };
    },
  },
  {
    name: 'Event',
    label: 'Event',
    labelPlural: 'Events',
    keyPrefix: '00U',
    custom: false,
    archives: true,
    fields: eventFields,
    defaultSize: 20,
    content: (seed, n) => ({
      ...relations(seed, n),
      Subject: `Meeting ${n}`,
      Location: pick(cities, mix(seed, n, 2))[0],
      IsAllDayEvent: false,
      ActivityDateTime: '2024-03-15T09:00:00.000+0000',
      ActivityDate: '2024-03-15',
      DurationInMinutes: 60,
      StartDateTime: '2024-03-15T09:00:00.000+0000',
      EndDateTime: '2024-03-15T10:00:00.000+0000',
      EndDate: '2024-03-15',
      Description: notesOf(mix(seed, n, 8)),
      IsPrivate: false,
      ShowAs: 'Busy',
      IsChild: false,
      IsGroupEvent: false,
      GroupEventType: '0',
      IsArchived: false,
      IsRecurrence: false,
      IsReminderSet: false,
      EventSubtype: 'Event',
    }),
  },
  {
    name: 'Note',
    label: 'Note',
    labelPlural: 'Notes',
    keyPrefix: '002',
    custom: false,
    fields: noteFields,
    defaultSize: 15,
    content: (seed, n) => ({
      ParentId: recordId(pick(['001', '003', '006'] as const, mix(seed, n, 1)), 1 + (mix(seed, n, 2) % 40)),
      Title: `Note ${n}`,
      IsPrivate: false,
      Body: notesOf(mix(seed, n, 8)),
    }),
  },
  {
    name: 'User',
    label: 'User',
    labelPlural: 'Users',
    keyPrefix: '005',
    custom: false,
    fields: userFields,
    defaultSize: 5,
    content: (seed, n) => {
      const [firstName, lastName] = [pick(firstNames, mix(seed, n, 1)), pick(lastNames, mix(seed, n, 4))];
      return {
        Username: `user.${n}@example.com`,
        FirstName: firstName,
        LastName: lastName,
        Name: `${firstName} ${lastName}`,
        Email: `user.${n}@example.com`,
        IsActive: true,
        TimeZoneSidKey: 'Europe/Berlin',
        LocaleSidKey: 'en_US',
        LanguageLocaleKey: 'en_US',
        UserType: 'Standard',
      };
    },
  },
];

const customDefaultSize = 25;

/** Names are taken in any case. Everything that ends in __c exists. */
export function sobject(name: string): SObject | undefined {
  const lower = name.toLowerCase();
  const standard = standardObjects.find((object) => object.name.toLowerCase() === lower);
  if (standard || !/^[a-z]\w{0,36}__c$/i.test(name)) return standard;
  const label = name.slice(0, -3).replaceAll('_', ' ');
  return {
    name,
    label,
    labelPlural: `${label}s`,
    keyPrefix: 'a00',
    custom: true,
    fields: customFields,
    defaultSize: customDefaultSize,
    content: (seed, n) => ({
      Name: `${label} ${n}`,
      Amount__c: exactNumber(`${mix(seed, n, 1) % 10000}.10`),
      Ledger_Number__c: ledger(seed, n),
      Notes__c: notesOf(mix(seed, n, 2)),
      Active__c: (mix(seed, n, 3) & 1) === 1,
    }),
  };
}

export const standardNames = standardObjects.map(({ name }) => name);
