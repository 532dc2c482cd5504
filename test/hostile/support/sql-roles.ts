import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { scramVerifier } from '../../../src/access/scram.ts';
import { createTestDatabase } from '../../support/database.ts';
import { startPostgres15 } from '../../support/postgres15.ts';

export interface SqlServer {
  /** As Syncline logs in. */
  url: string;
  /** The database is ours, and so is the server: what every role of it may do is taken away. */
  isOurs: boolean;
  close(): Promise<void>;
}

/** The hosted database: the newest Postgres, where we are superuser and the control plane lies beside the hubs. */
export async function hostedServer(): Promise<SqlServer> {
  const { url, drop } = await createTestDatabase();
  return { url, isOurs: true, close: drop };
}

/** A vendor's own: the oldest Postgres, where we have what the documentation asks for and no more. */
export async function vendorsServer(): Promise<SqlServer> {
  const server = await startPostgres15();
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('create role syncline login createrole');
  await admin.query('create database vendor owner syncline');
  await admin.end();
  const url = new URL(server.url);
  url.username = 'syncline';
  url.pathname = '/vendor';
  return { url: url.href, isOurs: false, close: () => server.stop() };
}

export interface NewRole {
  role: string;
  password: string;
  verifier: string;
}

export function newTestRole(): NewRole {
  const password = randomBytes(24).toString('base64url');
  return { role: `syn_r_test${randomBytes(6).toString('hex')}`, password, verifier: scramVerifier(password) };
}

export interface RoleSession {
  /** Everything that the server has said beside its answers. */
  notices: string[];
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** The SQLSTATE of the refusal, with its text; a statement that is not refused fails the test. */
  refused(text: string): Promise<{ code: string; message: string }>;
  /** What `copy … to stdout` gives. */
  copied(text: string): Promise<string>;
  end(): Promise<void>;
}

export async function logIn(serverUrl: string, { role, password }: Pick<NewRole, 'role' | 'password'>): Promise<RoleSession> {
  const url = new URL(serverUrl);
  url.username = role;
  url.password = password;
  const client = new pg.Client({ connectionString: url.href });
  const notices: string[] = [];
  client.on('notice', (notice) => notices.push(JSON.stringify(notice)));
  client.on('error', () => undefined);
  await client.connect();
  const query = async (text: string) => (await client.query(text)).rows;
  return {
    notices,
    query,
    async refused(text) {
      try {
        await client.query(text);
      } catch (error) {
        const { code, message, detail } = error as pg.DatabaseError;
        return { code: code ?? '', message: `${message} ${detail ?? ''}` };
      }
      throw new Error(`not refused: ${text}`);
    },
    async copied(text) {
      const chunks: Buffer[] = [];
      const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
      const take = ({ chunk }: { chunk: Buffer }) => chunks.push(chunk);
      connection.on('copyData', take);
      await client.query(text);
      connection.off('copyData', take);
      return Buffer.concat(chunks).toString();
    },
    end: () => client.end(),
  };
}
