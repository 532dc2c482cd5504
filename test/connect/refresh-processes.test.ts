import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCredentials } from '../../src/connect/credentials.ts';
import { applicationId, createWorld, vaultKeys, type World } from './support/world.ts';

const processes = 2;
const callers = 20;
const poolMax = 3;

let world: World;
const children: ChildProcessWithoutNullStreams[] = [];
beforeAll(async () => {
  world = await createWorld();
  await world.createProviderConfig();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await world.close();
});

test('B22 20 callers on each of 2 processes with pools of 3 cause exactly one refresh, and all of them go on with its token', async () => {
  const account = 'crowded';
  const { connectionId } = await world.connect({ account });
  const running = Array.from({ length: processes }, () => startCallers(connectionId));
  await Promise.all(running.map(({ line }) => line()));
  await world.control.expireTokens({ account });
  // The refresh takes a while, so that everybody is there before it ends.
  await world.control.fault({ match: { account, endpoint: 'token' }, fault: { kind: 'slow', delayMs: 500, at: 'before' }, times: null });
  for (const { child } of running) child.stdin.write('go\n');

  const statuses = (await Promise.all(running.map(({ line }) => line()))).flatMap((text) => JSON.parse(text) as string[]);
  expect(statuses).toEqual(Array(processes * callers).fill('200'));
  expect(await world.control.tokens({ account })).toMatchObject({ refreshAttempts: 1, refreshed: 1 });

  const row = await world.db.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } });
  expect(row).toMatchObject({ credentialsVersion: 2, refreshLeaseOwner: null, status: 'active' });
  // What was saved is what the provider gave last: it serves for the next refresh too.
  expect(openCredentials(world.ctx.vault, row)).toMatchObject({ kind: 'oauth2' });
  await world.control.clearFaults({ account });
  await world.control.expireTokens({ account });
  const client = await world.openClient(connectionId);
  expect((await client.request({ method: 'GET', path: '/crm/v1/contacts' }, { signal: AbortSignal.timeout(5000) })).status).toBe(200);
});

function startCallers(connectionId: string) {
  const order = {
    databaseUrl: world.databaseUrl,
    originOverrides: world.originOverrides,
    vaultKey: vaultKeys[0]!.key.toString('base64'),
    ...{ applicationId, connectionId, callers, poolMax },
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL('./support/refresh-caller.ts', import.meta.url)), JSON.stringify(order)]);
  children.push(child);
  child.stderr.pipe(process.stderr);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  /** The next whole line that the process prints. */
  async function line(): Promise<string> {
    while (!text.includes('\n')) await once(child.stdout, 'data');
    const end = text.indexOf('\n');
    const first = text.slice(0, end);
    text = text.slice(end + 1);
    return first;
  }
  return { child, line };
}
