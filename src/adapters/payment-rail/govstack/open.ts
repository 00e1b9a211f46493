import type { OpenWhereAsked } from '../opened-rail.js';
import { RailError } from '../port.js';
import { govstackBlock, govstackRail } from './govstack-rail.js';
import { govstackOutbox } from './outbox.js';
import type { GovstackBlock } from './port.js';
import type { BlockSettings } from './settings.js';

/** A GovStack payments building block; with `deferred`, its outbox sends what the rail wrote. */
export const openBlock: OpenWhereAsked<BlockSettings> = (files, { govstack, deferred }) =>
  govstack && {
    rail: govstackRail(files, govstack, deferred),
    attend: ({ onTrouble }, signal) =>
      govstackOutbox(files, govstack).watch(signal, {
        onTrouble: (what, error) => onTrouble(`payments block: ${what}`, error),
      }),
  };

/**
 * What was sent to a payments building block; nothing, where none is set.
 * @param files where what is sent is kept for good
 */
export const govstackBlockOf = (files: string, { govstack }: BlockSettings): GovstackBlock =>
  govstack === undefined ? NO_BLOCK : govstackBlock(files, govstack);

const none = (): RailError =>
  new RailError('RAIL_FAILED', 'No payments block is set (SANAD_GOVSTACK_URL).');
const NO_BLOCK: GovstackBlock = {
  batch: () => Promise.resolve(undefined),
  validatedAccounts: () => Promise.resolve(undefined),
  batchesOf: () => {
    throw none();
  },
  details: () => {
    throw none();
  },
  validate: () => Promise.reject(none()),
};
