import type { Mutation } from './mutations.ts';

export const secrets: Mutation[] = [
  {
    id: 'body-guessed-from-its-hash',
    promise: 8,
    breaks: 'what is kept of a request with an Idempotency-Key lets its reader try which secret the body held',
    edits: [{ file: 'src/connect/vault.ts', find: "createHmac('sha256', recognition)", replace: "createHmac('sha256', '')" }],
    test: {
      file: 'test/api/idempotency.test.ts',
      title:
        'a secret in a body cannot be guessed from what is kept of the request, and the request is the same under a new key of the vault',
    },
  },
];
