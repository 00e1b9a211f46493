import { foldCorrection } from '../../src/correction/correction-reader.js';
import type { CycleState } from '../../src/cycle/cycle.state.js';
import type { Recorded } from '../../src/kernel/decider.js';
import {
  partsOfPayment,
  paymentId as paymentIdOf,
  recoveryId,
  streams,
} from '../../src/kernel/ids.js';
import {
  arrearsOf,
  carriedOf,
  doubtedCorrections,
  isFreedByPayer,
  stoodInFor,
  waitingAgainst,
  type ArrearsInDoubt,
  type InDoubt,
} from '../../src/use-cases/cycles/doubted-arrears.rule.js';
import { doubtedMonths } from '../../src/use-cases/cycles/doubted-months.rule.js';
import { holdersOf, timesEnrolled } from '../../src/use-cases/households/months-paid.rule.js';
import { balanceOf } from '../../src/use-cases/households/household-balance.rule.js';
import { pastIn } from '../../src/use-cases/households/past.rule.js';
import { ruling } from '../../src/use-cases/households/ruling.rule.js';
import { foldAdjustment } from '../../src/use-cases/folds.js';
import { othersOf, paidToIdentity } from './model-again.js';
import { cyclesIn, EVERYTHING } from './model-money-parts.js';
import { PERIODS, PROGRAMME } from './model-programme.js';
import { foldPerson, type World } from './model-world.js';

/** Arrears that a payment carries or may carry which wait, or which somebody freed. */
export function doubtedIn(
  world: World,
  adjusted: readonly Recorded[],
  paymentId: string,
  asOf: number,
): readonly ArrearsInDoubt[] {
  const seen = {
    periods: PERIODS,
    corrections: world.log
      .category(`correction-${PROGRAMME}-`, asOf)
      .map(({ events }) => foldCorrection(events)),
    others: othersOf(world, partsOfPayment(paymentId).personId),
  };
  const payments = stoodInFor(adjusted, paymentId, seen).map(
    (id) => [id, world.log.stream(streams.payment(id), asOf)] as const,
  );
  const doubted = doubtedCorrections(adjusted, paymentId, new Map(payments), seen);
  const arrears = arrearsOf(adjusted, paymentId);
  const { personId } = partsOfPayment(paymentId);
  if (arrears.length === 0) return doubted;
  return waitingAgainst(balanceIn(world, personId, asOf), arrears, doubted);
}

export function balanceIn(world: World, personId: string, asOf: number): bigint | undefined {
  const { log } = world;
  const corrections = log
    .category(`correction-${PROGRAMME}-`, asOf)
    .map(({ events }) => foldCorrection(events));
  const programme = world.programme(asOf);
  const against = {
    programmeId: PROGRAMME,
    past: pastIn(cyclesIn(world, asOf)),
    approved: new Set(
      corrections.flatMap(({ status, started }) =>
        status === 'approved' && started ? [started.correctionId] : [],
      ),
    ),
    rulingOf: ruling(programme, corrections, ''),
    firstPaid: ruling(programme, [], '')(''),
  };
  return balanceOf(against, {
    personId,
    enrolment: log.stream(streams.enrolment(PROGRAMME, personId), asOf),
    adjusted: log.stream(streams.adjustment(PROGRAMME, personId), asOf),
    owed: log.stream(streams.recovery(recoveryId(PROGRAMME, personId)), asOf),
    payments: new Map(
      PERIODS.map((period) => [
        period,
        log.stream(streams.payment(paymentIdOf(PROGRAMME, period, personId)), asOf),
      ]),
    ),
    elsewhere: paidToIdentity(world, personId, { asOf }),
  });
}

/** Who prepared, approved and released what is paid. */
export const releasing = (
  { preparers, approver }: CycleState,
  { meta }: Recorded,
): readonly string[] => [...preparers, approver, meta.actor];

/**
 * Why a payment is not instructed: what it stands in for may have been paid, or was, or who pays it
 * took away what said so.
 */
export function standsAgainst(
  world: World,
  paymentId: string,
  payers: readonly string[],
  asOf = EVERYTHING,
): 'ARREARS_IN_DOUBT' | 'SAME_PERSON' | undefined {
  const { personId } = partsOfPayment(paymentId);
  const adjusted = world.log.stream(streams.adjustment(PROGRAMME, personId), asOf);
  const carried = carriedOf(
    foldAdjustment(adjusted),
    paymentId,
    doubtedIn(world, adjusted, paymentId, asOf),
  );
  const months = monthsInDoubt(world, paymentId, asOf);
  const doubted = months ? [...carried, months] : carried;
  if (doubted.some(({ waits }) => waits)) return 'ARREARS_IN_DOUBT';
  return doubted.some((one) => isFreedByPayer(one, payers)) ? 'SAME_PERSON' : undefined;
}

/** Months of a payment that an earlier one to the same identity may have paid, or did. */
function monthsInDoubt(world: World, paymentId: string, asOf: number): InDoubt | undefined {
  const { personId, period } = partsOfPayment(paymentId);
  const ordered = world.log
    .stream(streams.payment(paymentId), asOf)
    .findLast((event) => event.type === 'PaymentOrdered');
  const { identityHash } = foldPerson(world.log.stream(streams.person(personId)));
  const enrolment = world.log.stream(streams.enrolment(PROGRAMME, personId), asOf);
  const before = holdersOf(world.log.stream(streams.identity(identityHash)))
    .filter((holder) => holder !== personId || timesEnrolled(enrolment) > 1)
    .flatMap((holder) =>
      PERIODS.filter((earlier) => earlier < period).map((earlier) =>
        world.log.stream(streams.payment(paymentIdOf(PROGRAMME, earlier, holder)), asOf),
      ),
    );
  return doubtedMonths(ordered?.data.items ?? [], period, before);
}
