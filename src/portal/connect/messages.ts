import type { AppError, ErrorCode } from '../../base/errors.ts';

/** A failed try in a customer's words. `canRetry`: the connect link still works. */
export interface CustomerMessage {
  title: string;
  text: string;
  canRetry: boolean;
}

interface Names {
  vendorName: string;
  providerName: string;
}

type Sentences = (names: Names) => CustomerMessage;

const retry = (title: string, text: string): CustomerMessage => ({ title, text, canRetry: true });
const end = (title: string, text: string): CustomerMessage => ({ title, text, canRetry: false });

const byCode: Partial<Record<ErrorCode, Sentences>> = {
  oauth_denied: ({ providerName, vendorName }) =>
    retry('Access was not allowed', `You did not allow ${vendorName} to read from ${providerName}. Nothing was connected.`),
  oauth_state_invalid: ({ vendorName }) =>
    end(
      'This sign-in cannot be used',
      `It was begun in another browser, was used already or took too long. Go back to ${vendorName} and start again.`,
    ),
  account_mismatch: ({ providerName }) =>
    retry('This is another account', `Please sign in to the ${providerName} account that was connected before. Nothing was changed.`),
  provider_rejected: ({ providerName }) => retry(`${providerName} did not accept this`, 'Please check what you entered and try again.'),
  provider_unavailable: ({ providerName }) =>
    retry(`${providerName} does not answer`, 'Nothing is lost. Please try again in a few minutes.'),
  provider_rate_limited: ({ providerName }) => retry(`${providerName} is busy`, 'Nothing is lost. Please try again in a few minutes.'),
  provider_config_broken: ({ vendorName, providerName }) =>
    retry(
      'The connection is not set up correctly',
      `${providerName} does not accept the set-up of ${vendorName}. Please tell ${vendorName}.`,
    ),
  connect_session_used: ({ vendorName }) =>
    end('This link was used already', `Go back to ${vendorName} to see the connection or to get a new link.`),
  connect_session_expired: ({ vendorName }) => end('This link has expired', `Go back to ${vendorName} to get a new link.`),
  not_found: ({ vendorName }) => end('This link does not exist', `Check the address, or go back to ${vendorName} to get a new link.`),
  conflict: ({ vendorName }) => end('This link cannot be used any more', `Go back to ${vendorName} to get a new link.`),
};

/** Above a form, which has a title of its own: what is wrong has to stand in the sentence. */
export function inForm({ title, text }: CustomerMessage): string {
  return `${title}. ${text}`;
}

/** Nobody is named when nothing shows whose try it was. */
export function customerMessage(error: AppError, names: Names | null): CustomerMessage {
  const sentences = byCode[error.code];
  const known = names ?? { vendorName: 'the page that you came from', providerName: 'The provider' };
  // What the customer entered is described by the error itself.
  if (error.code === 'input_invalid') return retry('Please check what you entered', error.message);
  return sentences ? sentences(known) : end('This did not work', `Go back to ${known.vendorName} and start again.`);
}
