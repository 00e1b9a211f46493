import { instructionIdOf, LENGTHS, validationIdOf } from '../../../kernel/govstack.js';
import { RailError } from '../port.js';
import { send } from './client.js';
import type { BatchFiles } from './batch-files.js';
import type { AccountToValidate, GovstackSettings } from './port.js';

/**
 * Asks the block about accounts, `batchSize` at a time; see GovstackBlock. What is kept of them has
 * no number.
 */
export async function validateAccounts(
  settings: GovstackSettings,
  kept: BatchFiles,
  accounts: readonly AccountToValidate[],
  signal?: AbortSignal,
): Promise<{ asked: number; tooLong: number }> {
  const { validateAt, batchSize, bbId, callbackUrl } = settings;
  if (validateAt === undefined)
    throw new RailError(
      'RAIL_FAILED',
      'No institution is set that validates accounts (SANAD_GOVSTACK_VALIDATE).',
    );
  const fitting = accounts
    .filter(({ address }) => address.length <= LENGTHS.validatedAddress)
    .sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
  for (let from = 0; from < fitting.length; from += batchSize) {
    const page = fitting.slice(from, from + batchSize);
    const batchId = validationIdOf(page.map(({ accountId }) => accountId));
    await kept.keepValidatedAccounts(
      batchId,
      page.map(({ personId, accountId }) => ({
        instructionId: instructionIdOf(accountId),
        personId,
        accountId,
      })),
    );
    await send(
      settings,
      {
        what: `BulkValidateAccount ${batchId}`,
        method: 'POST',
        path: '/beneficiaries?command=validate',
        headers: {
          'X-Client-Correlation-ID': batchId,
          'X-Registering-Institution-ID': bbId,
          'X-Callback-URL': callbackUrl,
        },
        body: JSON.stringify({
          batchId,
          destinationDFSPID: validateAt,
          creditInstructions: page.map(({ accountId, address }) => ({
            instructionID: instructionIdOf(accountId),
            financialAddress: address,
          })),
        }),
      },
      signal ? { signal } : {},
    );
  }
  return { asked: fitting.length, tooLong: accounts.length - fitting.length };
}
