import { StartRefusal } from '../base/start-refusal.ts';

/** What a person reads of a start or a command that failed: a sentence where one is known; of anything else its origin too. */
export function explainFailure(error: unknown): unknown {
  if (error instanceof StartRefusal) return error.message;
  const { code = '', path } = error as NodeJS.ErrnoException;
  const sentence = path === undefined ? undefined : fileSentences[code];
  return sentence ? `${path} cannot be used (${code}). ${sentence}` : error;
}

const elsewhere = 'or set SYNCLINE_DATA_DIR to a folder of your own.';
const noRight = `This account may not read or write it: give it the files (chown), ${elsewhere}`;
const noRoom = `The disk is full, or this account's share of it is: make room, ${elsewhere}`;

/** https://nodejs.org/api/errors.html#common-system-errors */
const fileSentences: Record<string, string> = {
  EACCES: noRight,
  EPERM: noRight,
  EROFS: `It lies on a disk that takes no writes: mount it for writing, ${elsewhere}`,
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  ENOTDIR: `A part of this path is a file and no folder: correct it, ${elsewhere}`,
  EEXIST: `There is a file where a folder should be: move it away, ${elsewhere}`,
};
