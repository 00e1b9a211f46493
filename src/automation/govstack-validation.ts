import type { GovstackBlock } from '../adapters/payment-rail/govstack/port.js';
import { DomainError } from '../kernel/errors.js';
import { LENGTHS } from '../kernel/govstack.js';
import { partsOfPayment, streams } from '../kernel/ids.js';
import { personDecider, type PersonCommand } from '../person/person.decider.js';
import { record, task, type Unit } from './batch.js';
import { batchOf } from './govstack-outcomes.js';
import type { Deps, JobContext } from './job.js';

/** `verified` accounts, those that were `unchanged` (verified before, or no longer the person's), and those that `failed`. */
export interface ValidationTaken { readonly verified: number; readonly unchanged: number; readonly failed: number }

/**
 * Takes in what a block found of the accounts of a batch: those that it could look at and did not name are verified. What it
 * names is left as it is: its payment says what becomes of it.
 * @throws DomainError BATCH_UNKNOWN, BATCH_DIFFERS
 */
export async function takeInValidation(deps: Deps, block: GovstackBlock, said: { readonly batchId: string; readonly failed: readonly string[] }, base: JobContext): Promise<ValidationTaken> {
  const batch = await batchOf(block, said.batchId);
  const asked = batch.transfers.filter(({ account }) => account.length <= LENGTHS.validatedAddress);
  const failed = new Set(said.failed);
  for (const id of failed) {
    if (!asked.some(({ instructionId }) => instructionId === id)) throw new DomainError('BATCH_DIFFERS', 'failedAccountLookups names an instruction that was not asked about.', 'invalid', 'failedAccountLookups');
  }
  const good = asked.filter(({ instructionId }) => !failed.has(instructionId));
  const payments = await deps.store.readStreams(good.map(({ paymentId }) => streams.payment(paymentId)));
  const accounts = good.flatMap(({ paymentId, endToEndId }, i) => {
    const instructed = payments[i]!.events.find((event) => (event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed') && event.data.endToEndId === endToEndId);
    return instructed?.type === 'PaymentInstructed' || instructed?.type === 'PaymentReinstructed' ? [{ personId: partsOfPayment(paymentId).personId, accountId: instructed.data.accountId }] : [];
  });
  const persons = await deps.store.readStreams(accounts.map(({ personId }) => streams.person(personId)));
  const units = accounts.map(({ personId, accountId }, i): Unit => ({
    verb: 'validated', key: `${accountId}`, loaded: [persons[i]!.events],
    tasks: [task(streams.person(personId), personDecider, {
      command: (state): PersonCommand | undefined => (state.account?.accountId === accountId && !state.accountVerified ? { type: 'VerifyPayeeAccount', personId, accountId, method: 'GovStack BulkValidateAccount' } : undefined),
    })],
  }));
  const results = await record(deps, units, base);
  const verified = results.filter(({ kind }) => kind === 'recorded').length;
  return { verified, unchanged: good.length - verified, failed: failed.size };
}
