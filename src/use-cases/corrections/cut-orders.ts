import { cycleOfPayment, partsOfCycle, partsOfPayment, streams } from '../../kernel/ids.js';
import type { Recorded } from '../../kernel/decider.js';
import type { Deps } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { foldCycle } from '../../cycle/cycle-reader.js';
import { orderedInRound } from '../cycles/ordered.rule.js';
import { foldAdjustment, foldRecovery } from '../folds.js';
import type { GivenBack } from './given-back.rule.js';

type Account = 'arrears' | 'deduction';
interface Carried {
  readonly paymentId: string;
  readonly round: number;
}

const arrearsIn = (events: readonly Recorded[]): readonly Carried[] =>
  foldAdjustment(events).arrears.flatMap(({ orderedBy }) => orderedBy ?? []);
const deductionsIn = (events: readonly Recorded[]): readonly Carried[] =>
  Object.entries(foldRecovery(events).deductions).map(([paymentId, { round }]) => ({
    paymentId,
    round,
  }));

/**
 * What accounts say that payments of a cycle carry which were never ordered so when it was given up
 * or closed, in pages. Where a store writes one stream at a time, a preparation may have been cut
 * off between an account and its payment, and then been given up. Of a round that began since,
 * nothing is said: its payments are being ordered, maybe.
 */
export async function* carriedByNone(
  { store }: Pick<Deps, 'store'>,
  { stream, position, data: { cycleId } }: Recorded<'CycleAbandoned' | 'CycleClosed'>,
  signal?: AbortSignal,
): AsyncGenerator<readonly GivenBack[]> {
  if (store.atomicGroups !== false) return;
  const { programmeId } = partsOfCycle(cycleId);
  const { round: last } = foldCycle(await store.readStream(stream, { asOf: position }));
  for (const [account, prefix, carriedIn] of [
    ['arrears', `adjustment-${programmeId}-`, arrearsIn],
    ['deduction', `recovery-${programmeId}-`, deductionsIn],
  ] as const)
    for await (const page of pagesOf(store, prefix, signal ? { signal } : {})) {
      const carried = page
        .flatMap(({ events }) => carriedIn(events))
        .filter(({ paymentId, round }) => cycleOfPayment(paymentId) === cycleId && round <= last);
      const payments = await store.readStreams(
        carried.map(({ paymentId }) => streams.payment(paymentId)),
      );
      yield carried
        .filter(({ round }, i) => !orderedInRound(payments[i]!.events, round))
        .map((one) => ofAccount(one, account));
    }
}

function ofAccount({ paymentId, round }: Carried, account: Account): GivenBack {
  const { programmeId, personId } = partsOfPayment(paymentId);
  return {
    ...{ programmeId, personId, paymentId, round },
    arrears: account === 'arrears',
    deduction: account === 'deduction',
  };
}
