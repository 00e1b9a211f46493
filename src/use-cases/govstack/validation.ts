import type { AccessLog } from '../../adapters/access-log/port.js';
import type { GovstackBlock, ValidatedAccount } from '../../adapters/payment-rail/govstack/port.js';
import { DomainError } from '../../kernel/errors.js';
import { noteReadings } from '../../http/personal-data.js';
import { LENGTHS } from '../../kernel/govstack.js';
import { partsOfPayment, streams } from '../../kernel/ids.js';
import { batchOf } from './outcomes.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { payeeOf } from '../../person/payee.rule.js';
import { numbersOf } from '../../person/payees.js';
import { unverifiedAccounts, verifyAccounts } from '../persons/verify-accounts.js';

/**
 * `verified` accounts, those that were `unchanged` (verified before), `refused` (no longer the
 * person's, say), and those that `failed`.
 */
export interface ValidationTaken {
  readonly verified: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly failed: number;
}

/**
 * Takes in what a block found of accounts: those that it was asked about and did not name are
 * verified. What it names is left as it is: its payment says what becomes of it.
 * @throws DomainError BATCH_UNKNOWN, BATCH_DIFFERS
 */
export async function takeInValidation(
  deps: Deps,
  block: GovstackBlock,
  said: { readonly batchId: string; readonly failed: readonly string[] },
  base: JobContext,
): Promise<ValidationTaken> {
  const accounts = await accountsOf(deps, block, said.batchId);
  const failed = new Set(said.failed);
  const ids = new Set(accounts.map(({ instructionId }) => instructionId));
  if (said.failed.some((id) => !ids.has(id)))
    throw new DomainError(
      'BATCH_DIFFERS',
      'failedAccountLookups names an instruction that was not asked about.',
      'invalid',
      'failedAccountLookups',
    );
  const good = accounts.filter(({ instructionId }) => !failed.has(instructionId));
  const { verified, unchanged, refused } = await verifyAccounts(
    deps,
    { accounts: once(good), method: 'GovStack BulkValidateAccount' },
    base,
  );
  return { verified, unchanged, refused, failed: failed.size };
}

/**
 * What a block was asked about under a batch id: accounts by themselves, or those of a batch that
 * it was to pay.
 */
async function accountsOf(
  { store }: Pick<Deps, 'store'>,
  block: GovstackBlock,
  batchId: string,
): Promise<readonly ValidatedAccount[]> {
  const alone = /^[0-9A-Z]{12}$/.test(batchId) ? await block.validatedAccounts(batchId) : undefined;
  if (alone) return alone;
  const { transfers } = await batchOf(block, batchId);
  const short = transfers.filter(({ account }) => account.length <= LENGTHS.validatedAddress);
  const payments = await store.readStreams(
    short.map(({ paymentId }) => streams.payment(paymentId)),
  );
  return short.flatMap(({ paymentId, endToEndId, instructionId }, i): ValidatedAccount[] =>
    payments[i]!.events.flatMap((event) =>
      (event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed') &&
      event.data.endToEndId === endToEndId
        ? [
            {
              instructionId,
              personId: partsOfPayment(paymentId).personId,
              accountId: event.data.accountId,
            },
          ]
        : [],
    ),
  );
}

async function* once<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  if (items.length > 0) yield items;
}

/**
 * Asks the block to look at every account of a programme's enrolled persons that nobody verified,
 * before anything is paid on it. The block answers by callback. Whose number is opened is noted
 * first.
 * @throws RailError
 */
export async function validateUnverified(
  deps: Pick<Deps, 'store' | 'clock'> & {
    readonly vault: Pick<Deps['vault'], 'open'>;
    readonly access: Pick<AccessLog, 'note'>;
  },
  block: GovstackBlock,
  { programmeId, by }: { readonly programmeId: string; readonly by: JobContext },
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<{ readonly unverified: number; readonly asked: number; readonly tooLong: number }> {
  const { store, vault } = deps;
  const result = { unverified: 0, asked: 0, tooLong: 0 };
  for await (const accounts of unverifiedAccounts(store, programmeId, signal)) {
    const histories = await store.readStreams(
      accounts.map(({ personId }) => streams.person(personId)),
    );
    const payees = accounts.flatMap(({ personId, accountId }, i) => {
      const payee = payeeOf(histories[i]!.events, accountId);
      return payee ? [{ personId, accountId, sealed: payee.sealed }] : [];
    });
    const persons = payees.map(({ personId }) => personId);
    await noteReadings(deps, by, 'payee accounts, sent to the payments block', persons);
    const numbers = await numbersOf(vault, payees);
    const { asked, tooLong } = await block.validate(
      payees.flatMap(({ personId, accountId }, i) => {
        const address = numbers[i];
        return address === undefined ? [] : [{ personId, accountId, address }];
      }),
      signal,
    );
    result.unverified += accounts.length;
    result.asked += asked;
    result.tooLong += tooLong;
    onProgress?.({ what: 'accounts', done: result.unverified });
  }
  return result;
}
