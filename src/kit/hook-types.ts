/**
 * How a provider tells us that something changed, as data: what is signed and how, where the events stand in a body, and what each
 * type of event is about. Paths are those of kit/types; inside an event they lead through lists as well.
 */
export interface HookDefinition {
  /** The provider's page about its hooks and their signature. */
  docsUrl: string;
  /** Whose key signs: the OAuth client's secret, or one that the provider gives for each endpoint and the vendor stores with its provider config. */
  secret: 'client_secret' | 'endpoint';
  signature: HookSignature;
  /** Path of the list of events in the body; empty: the body is the list. Absent: the body is one event. */
  eventsPath?: string;
  /** Path of an event's type, or several whose values make it together, with a space between them (HubSpot: `object.creation 0-1`). */
  type: string | string[];
  /** Path of the remote account that an event is about, as the account look-up gives it. */
  account: string;
  /** What events of a type are about; where several paths make the type, the value of the first alone counts too. Other types are passed over. */
  events: Record<string, HookEvent>;
}

export interface HookEvent {
  /** Which object's records. */
  object: string;
  /** Paths of their ids; a list counts as several. */
  ids: string[];
  /**
   * Path of the record where the event carries it whole, as a listing shows it. It is applied when its modified time says that it is
   * newer than what is stored. Absent, or without a modified time: the event is a hint, and the record is read again.
   */
  record?: string;
}

/** HMAC with SHA-256 over parts of the request. */
export interface HookSignature {
  /** Lower case. */
  header: string;
  /** Names within a header such as `t=1700000000,v1=5257a8…`; several signatures may stand in it. Absent: the header is the signature. */
  pairs?: { signature: string; timestamp: string };
  encoding: 'base64' | 'hex';
  /** What is signed, in this order. `uri` is the whole address as the provider knows it. */
  signed: ('method' | 'uri' | 'body' | 'timestamp' | { text: string })[];
  /** `header` is absent where the time stands in the pairs. A request that is older is refused, or it could be sent again for ever. */
  timestamp: { header?: string; unit: 'seconds' | 'milliseconds'; toleranceSeconds: number };
  /** Escapes of the address that are written out before it is signed: `%3A`. */
  decodedInUri?: string[];
}
