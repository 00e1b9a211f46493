import { createReadStream } from 'node:fs';
import type { Actor } from '../../kernel/decider.js';
import { uuidOf } from '../../kernel/ids.js';
import type { MessageDeps } from '../../write-side/context.js';
import { fileNameOf, takeInMessage } from './take-in-message.js';
import { MACHINES } from '../../kernel/subject.js';

/** Files that come by the bank's folder are its word. */
export const BANK_FOLDER: Actor = {
  id: MACHINES.bankFolder,
  role: 'payment-system',
  via: { channel: 'folder', authentication: 'system' },
};

/** What became of a file of the folder; `reason` is for whoever put it there. */
export type TakenFile =
  { readonly kind: 'taken' } | { readonly kind: 'rejected'; readonly reason: string };

/**
 * Takes files of a folder in. One that is quarantined is rejected to its sender with the reason; it
 * is archived all the same.
 */
export const takeFrom =
  (deps: MessageDeps) =>
  async (path: string, signal: AbortSignal): Promise<TakenFile> => {
    const bytes = createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Uint8Array>;
    const { status, code, detail, sha256 } = await takeInMessage(
      deps,
      { bytes, sender: BANK_FOLDER.id, fileName: path },
      { actor: BANK_FOLDER, correlationId: uuidOf('bank-file', fileNameOf(path)) },
      undefined,
      signal,
    );
    return status === 'quarantined'
      ? {
          kind: 'rejected',
          reason: `${code ?? 'QUARANTINED'}: ${detail ?? 'quarantined before'} (${sha256})`,
        }
      : { kind: 'taken' };
  };
