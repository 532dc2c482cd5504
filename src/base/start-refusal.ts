/**
 * A start that cannot succeed before somebody changes something. The message is all that its reader needs (what, where, what to
 * do); `cause` is kept for who debugs.
 */
export class StartRefusal extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'StartRefusal';
  }
}
