import path from 'node:path';
import { placeOf } from '../db/place-of.ts';
import type { Config } from '../ops/config.ts';
import type { DemoApplication } from './demo-application.ts';

interface Started {
  config: Config;
  sandboxUrl: string | null;
  demo: DemoApplication | null;
}

/** What a person reads after `npm start`: where everything is, and what to try next. */
export function banner({ config, sandboxUrl, demo }: Started): string {
  const here = (file: string) => path.relative(process.cwd(), file) || '.';
  const lines = ['', `Syncline is running (${config.environment})`, ''];
  const place = (name: string, where: string) => lines.push(`  ${name.padEnd(10)}${where}`);
  place('API', config.publicUrl);
  place('Docs', `${config.publicUrl}/docs`);
  if (sandboxUrl) place('Sandbox', `${sandboxUrl}  (a SaaS to connect to: any account name works)`);
  if (config.databaseUrl)
    place(
      'Postgres',
      `${placeOf(config.databaseUrl.reveal()) ?? 'as DATABASE_URL says'}${demo ? `  (data and password below ${here(config.dataDir)}/)` : ''}`,
    );
  if (demo) lines.push('', ...whatToTry(config, demo, here));
  return `${lines.join('\n')}\n`;
}

function whatToTry(config: Config, { connectUrl, customerId, keyFile, isNew }: DemoApplication, here: (file: string) => string): string[] {
  return [
    'Try it: a demo application with one customer is prepared.',
    '',
    '  1. Connect the customer: open this in a browser (valid for 30 minutes, every start gives a new one)',
    `     ${connectUrl}`,
    ...(isNew ? [] : ['     The sandbox forgets its sign-ins when it stops: connect the same account again to go on syncing.']),
    '  2. List the records that were synced',
    `     curl -H "Authorization: Bearer $(cat ${here(keyFile)})" \\`,
    `       "${config.publicUrl}/v1/records/sandbox/contacts?customer_id=${customerId}&page_size=5"`,
    '',
    'Stop with Ctrl-C; the data stays.',
  ];
}
