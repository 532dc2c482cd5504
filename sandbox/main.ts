import { createSandbox } from './index.ts';

// node sandbox/main.ts: PORT (default 4010), HOST, SEED.
const { PORT = '4010', HOST = '127.0.0.1', SEED = '1' } = process.env;
const sandbox = await createSandbox({ port: Number(PORT), host: HOST, seed: Number(SEED) });
console.log(sandbox.url);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
