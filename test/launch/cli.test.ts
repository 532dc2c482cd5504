import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { createSyncline } from '../../src/compose.ts';
import { parseConfig } from '../../src/ops/parse-config.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

vi.setConfig({ testTimeout: 60_000 });
const key = (byte: number) => `k${byte}:${Buffer.alloc(32, byte).toString('base64')}`;
let database: TestDatabase;
let applicationId: string;
let apiKey: string;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

test('applications create gives an application and its key, which opens the API', async () => {
  const { code, output } = await run(['applications', 'create', '--name', 'By hand', '--return-url', 'https://vendor.test/']);
  expect(code).toBe(0);
  applicationId = /app_\w+/.exec(output)![0];
  apiKey = /sk_[\w-]+/.exec(output)![0];
  expect(await actorOf(apiKey)).toMatchObject({ kind: 'api_key', applicationId });
});

test('keys create, list and revoke: the text of a key is shown at its birth and never again', async () => {
  const made = await run(['keys', 'create', '--application', applicationId, '--name', 'Reader', '--scope', 'records:read']);
  const [keyId, text] = [/key_\w+/.exec(made.output)![0], /sk_[\w-]+/.exec(made.output)![0]];
  const listed = await run(['keys', 'list', '--application', applicationId]);
  expect(listed.output).toContain(keyId);
  expect(listed.output).not.toContain(text);
  expect((await run(['keys', 'revoke', '--application', applicationId, '--key', keyId])).code).toBe(0);
  await expect(actorOf(text)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test.each([
  [['keys', 'list', '--application', 'app_nobody'], 'app_nobody'],
  [['keys', 'list'], '--application is missing'],
  [['keys', 'create', '--application', 'x', '--colour', 'red'], '--colour'],
  [['fly'], 'applications create'],
])('%j is answered with a sentence and not with a stack', async (words, sentence) => {
  const { code, output } = await run(words);
  expect(code).toBeGreaterThan(0);
  expect(output).toContain(sentence);
  expect(output).not.toContain('    at ');
});

test('reseal seals with the new first key, after which the old one may go; before, its absence refuses to start', async () => {
  const ctx = (await open(key(1))).contextFor({ kind: 'system', id: 'test', applicationId });
  const { createProviderConfig } = await import('../../src/connect/create-provider-config.ts');
  await createProviderConfig({ ctx, input: { provider: 'sandbox', clientId: 'sandbox-client', clientSecret: 'sandbox-secret' } });
  await expect(open(key(2))).rejects.toThrow('k1');
  const { output } = await run(['reseal'], `${key(2)},${key(1)}`);
  expect(output).toContain('Sealed 1 stored secrets anew');
  await expect(open(key(2))).resolves.toBeTruthy();
});

const opened: Awaited<ReturnType<typeof createSyncline>>[] = [];
afterAll(() => Promise.all(opened.map((syncline) => syncline.close())));

async function open(encryptionKeys: string) {
  const config = parseConfig({ SYNCLINE_ENV: 'development', SYNCLINE_ENCRYPTION_KEYS: encryptionKeys, SYNCLINE_LOG_LEVEL: 'silent' });
  const syncline = await createSyncline({ ...config, databaseUrl: new Secret(database.url) });
  opened.push(syncline);
  return syncline;
}

async function actorOf(text: string) {
  return (await open(key(1))).authenticate(`Bearer ${text}`);
}

async function run(words: string[], encryptionKeys = key(1)): Promise<{ code: number; output: string }> {
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    SYNCLINE_ENV: 'development',
    SYNCLINE_ENCRYPTION_KEYS: encryptionKeys,
    // Given, so that none is made and kept in the project's folder.
    SYNCLINE_OPERATOR_KEY: 'operator-key-of-the-command-line-tests',
  };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['src/main.ts', ...words], { env });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}
