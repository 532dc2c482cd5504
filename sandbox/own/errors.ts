import { type Answer, jsonAnswer } from '../http.ts';

/** A refusal of our own dialect. */
export class OwnRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Answer {
  return jsonAnswer(status, { error: { code, message } }, headers);
}

export function invalid(message: string): OwnRefusal {
  return new OwnRefusal(400, 'invalid_request', message);
}
