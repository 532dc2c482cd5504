import { isBlockedLiteral } from '../base/blocked-address.ts';
import { AppError } from '../base/errors.ts';
import type { Egress } from '../connect/egress.ts';

export const urlCharsMax = 2000;

/**
 * What can be said of an endpoint's URL before anything is sent there. What its name resolves to is checked where the socket is opened,
 * every time (`connect/egress.ts`): a name may lead elsewhere tomorrow.
 */
export function checkUrl({ allowsPrivateAddresses }: Pick<Egress, 'allowsPrivateAddresses'>, text: string): void {
  const refuse = (message: string) => {
    const issues = [{ in: 'body' as const, path: 'url', message }];
    return new AppError('input_invalid', 'The endpoint’s URL cannot be used. See the listed places.', { issues });
  };
  if (!URL.canParse(text)) throw refuse('Must be a URL such as https://example.com/webhooks.');
  const url = new URL(text);
  const isPlain = url.protocol === 'http:' && allowsPrivateAddresses;
  if (url.protocol !== 'https:' && !isPlain) throw refuse('Must begin with https://.');
  if (url.username !== '' || url.password !== '') throw refuse('Must hold no user name and password: requests are signed instead.');
  if (url.hash !== '') throw refuse('Must have no fragment: it would not be sent.');
  if (!allowsPrivateAddresses && (url.hostname === 'localhost' || isBlockedLiteral(url.hostname)))
    throw refuse('Must lead to a public address.');
}
