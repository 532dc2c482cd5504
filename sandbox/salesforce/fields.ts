/** A field as it describes itself, without what all fields share. */
export interface Field {
  name: string;
  type: string;
  length: number;
  referenceTo?: string[];
  compoundFieldName?: string;
}

/** `Name:type:length`, a reference as `Name:reference:Target`, a part of a compound field with `<Compound` behind. */
function fields(text: string): Field[] {
  return text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [definition = '', compoundFieldName] = entry.split('<');
      const [name = '', type = 'string', detail = '0'] = definition.split(':');
      const compound = compoundFieldName === undefined ? {} : { compoundFieldName };
      return type === 'reference'
        ? { name, type, length: 18, referenceTo: [detail], ...compound }
        : { name, type, length: Number(detail), ...compound };
    });
}

const stamps =
  'CreatedDate:datetime CreatedById:reference:User LastModifiedDate:datetime LastModifiedById:reference:User SystemModstamp:datetime';
const seen = 'LastViewedDate:datetime LastReferencedDate:datetime';

function address(prefix: string): string {
  const compound = `${prefix}Address`;
  const parts = [
    'Street:textarea:255',
    'City:string:40',
    'State:string:80',
    'PostalCode:string:20',
    'Country:string:80',
    'Latitude:double',
    'Longitude:double',
    'GeocodeAccuracy:picklist:40',
  ];
  return `${parts.map((part) => `${prefix}${part}<${compound}`).join(' ')} ${compound}:address`;
}

export const contactFields =
  fields(`Id:id:18 IsDeleted:boolean MasterRecordId:reference:Contact AccountId:reference:Account LastName:string:80<Name
  FirstName:string:40<Name Salutation:picklist:40<Name Name:string:121 ${address('Other')} ${address('Mailing')} Phone:phone:40 Fax:phone:40
  MobilePhone:phone:40 HomePhone:phone:40 OtherPhone:phone:40 AssistantPhone:phone:40 ReportsToId:reference:Contact Email:email:80 Title:string:128
  Department:string:80 AssistantName:string:40 LeadSource:picklist:40 Birthdate:date Description:textarea:32000 OwnerId:reference:User ${stamps}
  LastActivityDate:date LastCURequestDate:datetime LastCUUpdateDate:datetime ${seen} EmailBouncedReason:string:255 EmailBouncedDate:datetime
  IsEmailBounced:boolean PhotoUrl:url:255 Jigsaw:string:20 JigsawContactId:string:20 CleanStatus:picklist:40 IndividualId:reference:Individual
  Ledger_Number__c:double Score__c:percent`);

export const accountFields =
  fields(`Id:id:18 IsDeleted:boolean MasterRecordId:reference:Account Name:string:255 Type:picklist:40 ParentId:reference:Account
  ${address('Billing')} ${address('Shipping')} Phone:phone:40 Fax:phone:40 AccountNumber:string:40 Website:url:255 PhotoUrl:url:255 Sic:string:20
  Industry:picklist:40 AnnualRevenue:currency NumberOfEmployees:int Ownership:picklist:40 TickerSymbol:string:20 Description:textarea:32000
  Rating:picklist:40 Site:string:80 OwnerId:reference:User ${stamps} LastActivityDate:date ${seen} Jigsaw:string:20 JigsawCompanyId:string:20
  CleanStatus:picklist:40 AccountSource:picklist:40 SicDesc:string:80`);

export const opportunityFields =
  fields(`Id:id:18 IsDeleted:boolean AccountId:reference:Account IsPrivate:boolean Name:string:120 Description:textarea:32000
  StageName:picklist:255 Amount:currency Probability:percent ExpectedRevenue:currency TotalOpportunityQuantity:double CloseDate:date Type:picklist:255
  NextStep:string:255 LeadSource:picklist:255 IsClosed:boolean IsWon:boolean ForecastCategory:picklist:40 HasOpportunityLineItem:boolean
  OwnerId:reference:User ${stamps} LastActivityDate:date ${seen} FiscalQuarter:int FiscalYear:int Fiscal:string:6`);

export const leadFields =
  fields(`Id:id:18 IsDeleted:boolean MasterRecordId:reference:Lead LastName:string:80<Name FirstName:string:40<Name Salutation:picklist:40<Name
  Name:string:121 Title:string:128 Company:string:255 ${address('')} Phone:phone:40 MobilePhone:phone:40 Fax:phone:40 Email:email:80 Website:url:255
  PhotoUrl:url:255 Description:textarea:32000 LeadSource:picklist:255 Status:picklist:255 Industry:picklist:255 Rating:picklist:255
  AnnualRevenue:currency NumberOfEmployees:int OwnerId:reference:User IsConverted:boolean ConvertedDate:date ConvertedAccountId:reference:Account
  ConvertedContactId:reference:Contact ConvertedOpportunityId:reference:Opportunity IsUnreadByOwner:boolean ${stamps} LastActivityDate:date ${seen}`);

export const taskFields =
  fields(`Id:id:18 WhoId:reference:Contact WhatId:reference:Account Subject:combobox:255 ActivityDate:date Status:picklist:255 Priority:picklist:255
  IsHighPriority:boolean OwnerId:reference:User Description:textarea:32000 IsDeleted:boolean AccountId:reference:Account IsClosed:boolean ${stamps}
  IsArchived:boolean CallDurationInSeconds:int CallType:picklist:255 CallDisposition:string:255 CallObject:string:255 ReminderDateTime:datetime
  IsReminderSet:boolean IsRecurrence:boolean TaskSubtype:picklist:40 CompletedDateTime:datetime`);

export const eventFields =
  fields(`Id:id:18 WhoId:reference:Contact WhatId:reference:Account Subject:combobox:255 Location:string:255 IsAllDayEvent:boolean
  ActivityDateTime:datetime ActivityDate:date DurationInMinutes:int StartDateTime:datetime EndDateTime:datetime EndDate:date
  Description:textarea:32000 AccountId:reference:Account OwnerId:reference:User IsPrivate:boolean ShowAs:picklist:40 IsDeleted:boolean
  IsChild:boolean IsGroupEvent:boolean GroupEventType:picklist:40 ${stamps} IsArchived:boolean IsRecurrence:boolean ReminderDateTime:datetime
  IsReminderSet:boolean EventSubtype:picklist:40`);

export const noteFields =
  fields(`Id:id:18 IsDeleted:boolean ParentId:reference:Account Title:string:80 IsPrivate:boolean Body:textarea:32000
  OwnerId:reference:User ${stamps}`);

export const userFields =
  fields(`Id:id:18 Username:string:80 LastName:string:80<Name FirstName:string:40<Name Name:string:121 CompanyName:string:80 Email:email:128
  Phone:phone:40 IsActive:boolean TimeZoneSidKey:picklist:40 LocaleSidKey:picklist:40 LanguageLocaleKey:picklist:40 UserType:picklist:40
  ManagerId:reference:User ${stamps}`);

export const customFields = fields(`Id:id:18 OwnerId:reference:User IsDeleted:boolean Name:string:80 ${stamps} LastActivityDate:date ${seen}
  Amount__c:currency Ledger_Number__c:double Notes__c:textarea:32768 Active__c:boolean`);
