import { parentPort } from 'node:worker_threads';
import { atOnce } from '../../base/steps.ts';
import { ProviderError } from '../../kit/errors.ts';
import type { PageAnswer } from '../../kit/index.ts';
import { type PackedPage, packPage, toBuffer } from './packed-page.ts';
import { type CutInput, cutPage } from './read-page.ts';

/** One page's bytes and what is needed to read them: plain values, because it goes to another thread. */
export interface ThreadQuestion {
  id: number;
  /** In memory that both threads see. */
  body: Uint8Array<SharedArrayBuffer>;
  part: CutInput['part'];
  object: CutInput['object'];
  watermark: CutInput['watermark'];
  recordBytesMax: number;
}

/** First `opened`, then `page`; or what went wrong. */
export type ThreadAnswer =
  | { id: number; kind: 'opened'; opened: Omit<PageAnswer, 'headers'> }
  | { id: number; kind: 'page'; page: PackedPage }
  | { id: number; kind: 'refused'; meaning: ProviderError['meaning']; message: string };

/** The other thread: cuts, picks and hashes one page after the other. What it does not understand ends it, and who asked is told. */
parentPort!.on('message', ({ id, body, part, object, watermark, recordBytesMax }: ThreadQuestion) => {
  try {
    const input = { body: toBuffer(body), part, object, watermark, recordBytesMax, headers: {}, askedSeq: 0n };
    const cut = atOnce(cutPage(input));
    const { headers: _headers, ...opened } = cut.answer;
    answer({ id, kind: 'opened', opened });
    answer({ id, kind: 'page', page: packPage(atOnce(cut.read()), body) });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    answer({ id, kind: 'refused', meaning: error.meaning, message: error.message });
  }
});

function answer(message: ThreadAnswer): void {
  parentPort!.postMessage(message);
}
