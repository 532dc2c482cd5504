import path from 'node:path';
import type { Secret } from '../base/secret.ts';
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
    place('Postgres', `${whereIs(config.databaseUrl)}${demo ? `  (data and password below ${here(config.dataDir)}/)` : ''}`);
  if (demo) lines.push('', ...whatToTry(config, demo, here));
  return `${lines.join('\n')}\n`;
}

/** Without the password. Postgres knows URLs that are none to others, such as a socket's (`user:password@/db?host=/run`). */
function whereIs(databaseUrl: Secret): string {
  const text = databaseUrl.reveal();
  if (!URL.canParse(text)) return 'as DATABASE_URL says';
  const { protocol, username, host, pathname } = new URL(text);
  return `${protocol}//${username}@${host}${pathname}`;
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
