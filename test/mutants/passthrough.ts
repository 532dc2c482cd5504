import type { Mutation } from './mutations.ts';

export const passthrough: Mutation[] = [
  {
    id: 'passthrough-leaves-its-base',
    promise: 8,
    breaks: 'a passthrough path may climb out of the base URL that names the customer’s account',
    edits: [
      {
        file: 'src/connect/passthrough-input.ts',
        find: 'return !path.split(',
        replace: "return path !== '' || !path.split(",
      },
    ],
    test: { file: 'test/connect/passthrough.test.ts', title: 'the path "/../8/things" is refused before anything is sent' },
  },
  {
    id: 'passthrough-writes-authorisation',
    promise: 8,
    breaks: 'a caller of the passthrough may set headers that authorise or address the request',
    edits: [
      {
        file: 'src/connect/passthrough-input.ts',
        find: 'return !refusedHeaders.has(lower) &&',
        replace: 'return lower !== "" &&',
      },
    ],
    test: { file: 'test/connect/passthrough.test.ts', title: 'the header "Authorization" is refused' },
  },
];
