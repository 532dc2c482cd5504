import type { Mutation } from './mutations.ts';

export const memory: Mutation[] = [
  {
    id: 'paths-of-any-length-kept',
    promise: 7,
    breaks: 'paths are remembered however long they are, and whoever writes long ones fills the memory of the process',
    edits: [{ file: 'src/base/path.ts', find: 'if (text.length > compiledCharsMax) return path;', replace: '' }],
    test: {
      file: 'src/base/path.test.ts',
      title: 'what declarations use is compiled once, and nothing is kept of a path of any length',
    },
  },
  {
    id: 'keys-pile-up',
    promise: 7,
    breaks: 'a pass over the keys gathers as many for one transaction as there is room for records, and a worker’s memory with them',
    edits: [{ file: 'src/engine/inbound/start-or-resume.ts', find: 'slice.ctx = withFewerRows(ctx);', replace: '{}' }],
    test: {
      file: 'test/flows/key-passes.test.ts',
      title:
        'a pass over the keys takes them in small transactions, however fast they come: what waits for one does not grow with the data',
    },
  },
];
