import { type AlertRules, alertRulesOf } from './alert-rules.ts';

export interface Application {
  id: string;
  name: string;
  returnUrls: string[];
  origins: string[];
  alertRules: AlertRules;
  createdAt: Date;
}

type Stored = Omit<Application, 'alertRules'> & { alertRules: unknown };

export function shownApplication({ id, name, returnUrls, origins, alertRules, createdAt }: Stored): Application {
  return { id, name, returnUrls, origins, alertRules: alertRulesOf(alertRules), createdAt };
}
