import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';

const document = path.join(path.dirname(fileURLToPath(import.meta.url)), '../openapi.json');

/** Types and plain functions from the API's document. This file lies here because the generator lies in this package. */
export async function generate(output: string): Promise<void> {
  await createClient({
    input: document,
    output: { path: output, module: { extension: '.ts' }, clean: true },
    logs: { level: 'error', file: false },
    plugins: [{ name: '@hey-api/client-fetch', throwOnError: true }, '@hey-api/typescript', '@hey-api/sdk'],
  });
}
