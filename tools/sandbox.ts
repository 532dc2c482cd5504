// Serves the sandbox for a product in development: tells its parent where it is, and ends with it, even when the parent
// was killed. Its state lies in memory and begins anew with every start.
import { createSandbox } from '../sandbox/index.ts';

const sandbox = await createSandbox({ port: Number(process.env.PORT ?? 0) });
process.send?.({ url: sandbox.url, originOverrides: sandbox.originOverrides() });
process.once('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group at once; the parent stops us when its last request has been answered.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => void sandbox.close().then(() => process.exit(0)));
