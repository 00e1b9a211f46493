import { StoreError } from '../../../kernel/errors.js';

/**
 * What the client may be told in the connection string. Others are refused: the client would print
 * the whole string, password included.
 */
const KNOWN_SETTINGS = new Set([
  'tls',
  'tlscafile',
  'usercertfile',
  'userkeyfile',
  'nodepreference',
  'maxdiscoverattempts',
  'discoveryinterval',
  'gossiptimeout',
  'keepaliveinterval',
  'keepalivetimeout',
  'connectionname',
  'defaultdeadline',
]);
const CONNECTION_STRING =
  /^esdb(?:\+discover)?:\/\/(?:([^:@/?]+):([^@/?]*)@)?[^@?/]+\/?(?:\?(.*))?$/;

export interface Connection {
  readonly url: string;
  readonly tls: boolean;
  /**
   * Sent with every call. Empty where the string has none, which only a server without security
   * takes.
   */
  readonly credentials: { readonly username: string; readonly password: string };
}

const refuse = (why: string): StoreError =>
  new StoreError('STORE_FAILED', `The EventStoreDB connection string ${why}.`);

/**
 * Reads `esdb://user:password@host:2113?tls=true&tlsCAFile=…` or `esdb+discover://…`
 * (percent-encoded user and password).
 * @throws StoreError STORE_FAILED that says what is wrong and quotes nothing of the string
 */
export function connectionOf(text: string): Connection {
  const url = text.trim();
  const match = CONNECTION_STRING.exec(url);
  if (!match)
    throw refuse('is not esdb://user:password@host:port?setting=value (or esdb+discover://…)');
  const [, username, password, query = ''] = match;
  let tls = true;
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const [name = '', value = ''] = pair.split('=');
    const setting = name.toLowerCase().replace(/[_-]/g, '');
    if (!KNOWN_SETTINGS.has(setting))
      throw refuse(`has a setting that is not one of ${[...KNOWN_SETTINGS].join(', ')}`);
    if (setting === 'tls') {
      if (value !== 'true' && value !== 'false')
        throw refuse('says something else than true or false for tls');
      tls = value === 'true';
    }
  }
  if (username === undefined && tls)
    throw refuse('has no user and password, which a server with TLS asks for');
  try {
    return {
      url,
      tls,
      credentials: {
        username: decodeURIComponent(username ?? ''),
        password: decodeURIComponent(password ?? ''),
      },
    };
  } catch {
    throw refuse('has a user or password that is not percent-encoded');
  }
}
