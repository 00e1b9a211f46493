import type { AskedAccount } from '../../adapters/payment-rail/govstack/port.js';
import { LENGTHS } from '../../kernel/govstack.js';
import { idIn } from '../../kernel/ids.js';
import { hashesOfAccount } from '../../person/account-hash.js';
import { payeeOf } from '../../person/payee.rule.js';
import type { Deps } from '../../write-side/context.js';
import { whyUnknown, wrongAmount } from './payable-account.rule.js';
import { pagesOf } from '../../write-side/stream-pages.js';

/** An account that somebody asks about before it is paid. */
export interface QueriedAccount {
  readonly instructionID: string;
  readonly financialAddress: string;
  readonly amount?: number;
  readonly currency?: string;
}

/**
 * What is kept of a question until it is answered: no number of an account, but its keyed hash, and
 * what will be said of it.
 */
export function askedAccount(
  { vault }: Pick<Deps, 'vault'>,
  { instructionID, financialAddress, amount, currency }: QueriedAccount,
): AskedAccount {
  const number = financialAddress.replace(/[\s.-]/g, '').toUpperCase();
  const known = wrongAmount(amount, currency);
  const [accountHash = '', ...otherHashes] = hashesOfAccount(vault, number);
  return {
    instructionId: instructionID,
    accountHash,
    otherHashes,
    ...(known === undefined ? {} : { known }),
    unknown: whyUnknown(number),
  };
}

/**
 * The answer to BulkValidateAccount: the accounts that Sanad would not pay on are those that are
 * misspelt, those that no person who is registered here has, and those that are asked about with an
 * amount that cannot be paid. Reads the persons until all are found, so it may take a while; those
 * whose accounts it tells of are named.
 */
export async function validationOf(
  { store }: Pick<Deps, 'store'>,
  {
    clientCorrelationId,
    batchId,
    accounts,
  }: {
    readonly clientCorrelationId: string;
    readonly batchId: string;
    readonly accounts: readonly AskedAccount[];
  },
): Promise<{ readonly body: object; readonly persons: readonly string[] }> {
  const known = await inUse({ store }, accounts);
  const failed = accounts.flatMap(({ instructionId, accountHash, known: wrong, unknown }) => {
    const reason = known.has(accountHash) ? wrong : unknown;
    return reason === undefined
      ? []
      : [
          {
            instructionID: instructionId,
            failureReason: reason.slice(0, LENGTHS.failureReason),
          },
        ];
  });
  const body = {
    clientCorrelationId,
    batchId,
    numberOfFailedCases: failed.length,
    failedAccountLookups: failed,
  };
  return { body, persons: [...known.values()] };
}

/** The persons who are registered here, by the first hash of the account that they have. */
async function inUse(
  { store }: Pick<Deps, 'store'>,
  accounts: readonly AskedAccount[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const wanted = new Map(
    accounts.flatMap(({ accountHash, otherHashes = [] }) =>
      [accountHash, ...otherHashes].map((hash) => [hash, accountHash] as const),
    ),
  );
  const count = new Set(wanted.values()).size;
  if (count === 0) return found;
  for await (const page of pagesOf(store, 'person-')) {
    for (const { stream, events } of page) {
      const hash = wanted.get(payeeOf(events)?.accountHash ?? '');
      if (hash !== undefined) found.set(hash, idIn(stream));
    }
    if (found.size === count) break;
  }
  return found;
}
