import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../base/errors.ts';

/** A position in a hub's feed, for one set of filters. */
export interface Cursor {
  hubId: string;
  incarnation: string;
  /** Of table and filters: a cursor goes on with what it began with. */
  filters: string;
  seq: bigint;
  /** The horizon when the reading began, renewed by every page with nothing behind it: tombstones below it were never owed. */
  base: bigint;
}

const version = 1;
const checkChars = 8;
const seqText = z.string().regex(/^(0|[1-9][0-9]{0,18})$/);
const shape = z.tuple([z.literal(version), z.string(), z.string(), z.string(), seqText, seqText]);

/** Opaque to callers. The check finds what was cut or edited; it protects no secret, so it is not a signature. */
export function encodeCursor({ hubId, incarnation, filters, seq, base }: Cursor): string {
  const text = JSON.stringify([version, hubId, incarnation, filters, `${seq}`, `${base}`]);
  return Buffer.from(checkOf(text) + text, 'utf8').toString('base64url');
}

export function decodeCursor(cursor: string): Cursor {
  const plain = Buffer.from(cursor, 'base64url').toString('utf8');
  const text = plain.slice(checkChars);
  if (plain.slice(0, checkChars) !== checkOf(text) || Buffer.from(plain, 'utf8').toString('base64url') !== cursor) throw invalid();
  const parsed = shape.safeParse(JSON.parse(text));
  if (!parsed.success) throw invalid();
  const [, hubId, incarnation, filters, seq, base] = parsed.data;
  return { hubId, incarnation, filters, seq: BigInt(seq), base: BigInt(base) };
}

export function fingerprint(filters: unknown): string {
  return digest(JSON.stringify(filters)).slice(0, 16);
}

function checkOf(text: string): string {
  return digest(text).slice(0, checkChars);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function invalid(): AppError {
  return new AppError('cursor_invalid', 'This cursor was not given by this listing. Start again without a cursor.');
}
