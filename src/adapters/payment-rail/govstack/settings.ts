import { z } from 'zod';
import { LENGTHS } from '../../../kernel/govstack.js';
import {
  ascii,
  httpUrl,
  needed,
  onOff,
  optional,
  setting,
  whole,
  type SettingsReader,
} from '../../settings/port.js';
import type { RailDeclaration } from '../port.js';
import type { GovstackSettings } from './port.js';

/** Asks for the block. */
const govstackUrl = z.object({
  SANAD_GOVSTACK_URL: optional(
    httpUrl,
    'a GovStack payments building block that payments go through, in place of files; where its paths begin',
  ),
});

const callback = ascii(LENGTHS.callbackUrl);
/** Read where SANAD_GOVSTACK_URL is set: a block needs some of them, and files none. */
const govstackSettings = z.object({
  SANAD_GOVSTACK_BBID: needed(
    ascii(LENGTHS.institutionId),
    "Sanad's id there: source building block and registering institution",
  ),
  SANAD_GOVSTACK_CALLBACK_URL: needed(
    {
      type: `${httpUrl.type}, ${callback.type}`,
      schema: callback.schema.pipe(httpUrl.schema),
    },
    "where the block's callbacks come: this server's address and /govstack/callback",
  ),
  SANAD_GOVSTACK_TENANT: optional(ascii(LENGTHS.tenantId), 'Platform-TenantId', 'the BBID'),
  SANAD_GOVSTACK_TOKEN: optional(
    {
      type: 'visible ASCII characters',
      schema: z.string().regex(/^[\x21-\x7e]+$/, { error: 'must be visible ASCII characters' }),
    },
    'bearer token for the block',
  ),
  SANAD_GOVSTACK_MODE: setting(
    ascii(LENGTHS.paymentMode),
    'mojaloop',
    'paymentMode of the transfers',
  ),
  SANAD_GOVSTACK_BATCH: setting(
    whole(1, 10_000),
    '1000',
    'transfers in one bulk payment; not to be changed while a cycle is being instructed',
  ),
  SANAD_GOVSTACK_REGISTER: setting(
    onOff,
    'on',
    'off: payees are not registered and updated before they are paid',
  ),
  SANAD_GOVSTACK_VALIDATE: optional(
    ascii(LENGTHS.dfspId),
    'destinationDFSPID that validates accounts before they are paid',
    'off',
  ),
  SANAD_GOVSTACK_TIMEOUT_MS: setting(
    whole(100, 600_000),
    '30000',
    'milliseconds to wait for one answer of the block',
  ),
  SANAD_GOVSTACK_ATTEMPTS: setting(
    whole(1, 20),
    '5',
    'how often a request without an answer is sent',
  ),
});

/** A payments building block; absent: payments go out by another rail. */
export interface BlockSettings {
  readonly govstack?: GovstackSettings;
}

export const blockSettings: RailDeclaration<BlockSettings> = {
  askedBy: 'SANAD_GOVSTACK_URL',
  settings: [govstackUrl, govstackSettings],
  read: readBlockSettings,
  isAskedFor: (reader) => reader.read(govstackUrl)?.SANAD_GOVSTACK_URL !== undefined,
};

function readBlockSettings(reader: SettingsReader): BlockSettings | undefined {
  const asked = reader.read(govstackUrl);
  if (!asked) return undefined;
  const { SANAD_GOVSTACK_URL: url } = asked;
  if (url === undefined) return {};
  const block = reader.read(govstackSettings);
  return block && { govstack: blockOf(url, block) };
}

function blockOf(url: string, block: z.output<typeof govstackSettings>): GovstackSettings {
  const { SANAD_GOVSTACK_TOKEN: token, SANAD_GOVSTACK_VALIDATE: validateAt } = block;
  return {
    url,
    bbId: block.SANAD_GOVSTACK_BBID,
    tenantId: block.SANAD_GOVSTACK_TENANT ?? block.SANAD_GOVSTACK_BBID,
    callbackUrl: block.SANAD_GOVSTACK_CALLBACK_URL,
    ...(token === undefined ? {} : { token }),
    timeoutMs: block.SANAD_GOVSTACK_TIMEOUT_MS,
    attempts: block.SANAD_GOVSTACK_ATTEMPTS,
    batchSize: block.SANAD_GOVSTACK_BATCH,
    paymentMode: block.SANAD_GOVSTACK_MODE,
    register: block.SANAD_GOVSTACK_REGISTER,
    ...(validateAt === undefined ? {} : { validateAt }),
  };
}
