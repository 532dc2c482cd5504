export { isBlockedAddress } from '../base/blocked-address.ts';
