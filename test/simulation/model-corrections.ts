import { foldCorrection } from '../../src/correction/correction-reader.js';
import { monthsBetween } from '../../src/kernel/time.js';
import { ruling } from '../../src/use-cases/households/ruling.rule.js';
import { unpaidFrom } from '../../src/use-cases/households/months-paid.rule.js';
import { foldAdjustment, foldRecovery } from '../../src/use-cases/folds.js';
import { pastIn, standing, type Past } from '../../src/use-cases/households/past.rule.js';
import {
  differenceOf,
  standingOf,
  type OrderedPayment,
} from '../../src/use-cases/households/recompute.rule.js';
import { livesOf } from '../../src/enrolment/lives.rule.js';
import { DifferenceSums } from '../../src/use-cases/corrections/difference-sums.rule.js';
import {
  arrearsOffsetOf,
  carriersOf,
  debtOf,
  isOnItsWay,
  offsetOf,
} from '../../src/use-cases/corrections/household-debt.rule.js';
import {
  adjustmentDecider,
  type AdjustmentCommand,
} from '../../src/correction/adjustment.decider.js';
import type { Proposal } from '../../src/correction/adjustment.state.js';
import {
  correctionDecider,
  isOpen,
  type CorrectionCommand,
  type CorrectionState,
} from '../../src/correction/correction.decider.js';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import { contentHash, sha256Hex } from '../../src/kernel/canonical.js';
import type { Recorded, Role } from '../../src/kernel/decider.js';
import { isOneOf } from '../../src/kernel/subject.js';
import {
  correctionId as correctionIdOf,
  cycleId as cycleIdOf,
  recoveryId as recoveryIdOf,
  streams,
} from '../../src/kernel/ids.js';
import { balanceMinor, type RecoveryState } from '../../src/recovery/recovery.state.js';
import { whileNotClosed } from '../../src/programme/open-programme.js';
import { recoveryDecider, type RecoveryCommand } from '../../src/recovery/recovery.decider.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { paidToIdentity } from './model-again.js';
import { cyclesIn } from './model-money-parts.js';
import { hasMoved } from './model-moved.js';
import type { Act } from './model-people.js';
import { PERIODS, PROGRAMME } from './model-programme.js';
import {
  choose,
  foldCycle,
  foldEnrolment,
  foldPayment,
  foldPerson,
  type Op,
  type World,
} from './model-world.js';

export const adjustment = (personId: string, command: AdjustmentCommand): Part =>
  part(streams.adjustment(PROGRAMME, personId), adjustmentDecider, command);
export const recovery = (personId: string, command: RecoveryCommand): Part =>
  part(streams.recovery(recoveryIdOf(PROGRAMME, personId)), recoveryDecider, command);
const correction = (id: string, command: CorrectionCommand): Part =>
  part(streams.correction(id), correctionDecider, command);

const correctionsOf = (world: World): readonly CorrectionState[] =>
  world.log.category(`correction-${PROGRAMME}-`).map(({ events }) => foldCorrection(events));
const inStatus = (
  world: World,
  op: Op,
  ...statuses: readonly CorrectionState['status'][]
): CorrectionState | undefined =>
  choose(op, correctionsOf(world), ({ status }) => statuses.includes(status));

/** What was paid for good as of a position. */
const pastOf = (world: World, asOf: number): Past => pastIn(cyclesIn(world, asOf));

const ALL = Number.MAX_SAFE_INTEGER;

/**
 * Starts a correction or goes on with one, and proposes for `limit` households, or for all and
 * records it.
 */
function propose(world: World, op: Op, limit = ALL): void {
  const open = correctionsOf(world).find(isOpen);
  const { actor } = world.context(op, 'finance-officer');
  const isTheirs = open?.status === 'started' && isOneOf(open.proposers, actor.id);
  if (open && (!isTheirs || op.odd)) return world.refuse('CORRECTION_OPEN');
  if (!open && !startNext(world, op)) return;
  const all = correctionsOf(world);
  const { started } = all.at(-1)!;
  if (!started) return;
  const { correctionId, asOf } = started;
  const found: string[] = [];
  const sums = new DifferenceSums();
  let left = limit;
  for (const proposal of proposals(world, started, all)) {
    sums.add(proposal);
    const { personId, differenceMinor, periods } = proposal;
    found.push(`${personId}|${differenceMinor}|${contentHash(periods)}\n`);
    if (left <= 0) return;
    left -= 1;
    const command = { type: 'ProposeAdjustment', ...proposal } as const;
    if (!world.run(op, 'finance-officer', adjustment(proposal.personId, command))) return;
  }
  if (limit < ALL) return;
  world.run(
    op,
    'finance-officer',
    correction(correctionId, {
      type: 'ProposeCorrection',
      asOf,
      households: found.length,
      ...sums.all(),
      contentHash: sha256Hex(found.sort().join('')),
    }),
  );
}

/** @returns false where it was refused */
function startNext(world: World, op: Op): boolean {
  const asOf = world.log.last;
  const { toPeriod } = pastOf(world, asOf);
  if (toPeriod === undefined) {
    world.refuse('NOTHING_PAID');
    return false;
  }
  const correctionId = correctionIdOf(PROGRAMME, correctionsOf(world).length + 1);
  const fromPeriod = op.odd ? PERIODS[op.b % PERIODS.length]! : PERIODS[0];
  return world.run(
    op,
    'finance-officer',
    correction(correctionId, {
      type: 'StartCorrection',
      correctionId,
      programmeId: PROGRAMME,
      fromPeriod,
      toPeriod,
      basis: op.b % 4 === 3 ? 'legal-effect' : 'first-paid',
      asOf,
      reason: 'a late fact',
    }),
    whileNotClosed(PROGRAMME),
  );
}

/** What a correction says of each household that should have had more or less. */
function* proposals(
  world: World,
  { correctionId, asOf, fromPeriod, toPeriod }: NonNullable<CorrectionState['started']>,
  all: readonly CorrectionState[],
) {
  const { paidThrough, closed } = pastOf(world, asOf);
  const rules = ruling(world.programme(asOf), all, correctionId);
  const months = monthsBetween(fromPeriod, toPeriod);
  for (const { events } of world.log.category(`enrolment-${PROGRAMME}-`, asOf)) {
    const lives = livesOf(events);
    const { personId, region } = lives.at(-1)!;
    if (
      events[0]!.position > paidThrough ||
      foldPerson(world.log.stream(streams.person(personId), asOf)).status === 'erased'
    )
      continue;
    const account = foldAdjustment(world.log.stream(streams.adjustment(PROGRAMME, personId), asOf));
    const debt = foldRecovery(
      world.log.stream(streams.recovery(recoveryIdOf(PROGRAMME, personId)), asOf),
    );
    const payments = months
      .map((month) => lastOrder(world, month, personId, asOf, closed))
      .filter((order) => order !== undefined)
      .map((order) => standingOf(order, account, debt));
    const others = paidToIdentity(world, personId, { asOf });
    // What is newer than the cycles that are paid for good is paid by its first cycle.
    const begun = unpaidFrom(events, '9999-12', paidThrough);
    const difference = differenceOf(
      { lives, payments, established: account.established, elsewhere: others },
      months.filter((month) => month < begun),
      rules(personId),
      (month) => rules('')(month)?.version,
    );
    if (difference) yield { correctionId, programmeId: PROGRAMME, personId, region, ...difference };
  }
}

/** What was ordered last for a month; undefined where nothing stands of it. */
function lastOrder(
  world: World,
  month: string,
  personId: string,
  asOf: number,
  closed: ReadonlySet<string>,
): OrderedPayment | undefined {
  const life = world.log.stream(streams.payment(`${PROGRAMME}-${month}-${personId}`), asOf);
  return standing(life, closed.has(cycleIdOf(PROGRAMME, month)));
}

/**
 * Puts `limit` approved adjustments on their accounts, or all and records it; handled before, they
 * change nothing.
 */
function apply(world: World, op: Op, limit = ALL): void {
  const state = inStatus(world, op, 'approved');
  if (!state?.started || (state.status !== 'approved' && state.status !== 'applied')) return;
  const { correctionId } = state.started;
  const { closed } = pastOf(world, state.started.asOf);
  const sums = { established: new DifferenceSums(), lapsed: new DifferenceSums() };
  let left = limit;
  for (const { events } of world.log.category(`adjustment-${PROGRAMME}-`)) {
    const { pending, established, lapsed } = foldAdjustment(events);
    const proposal = [...established, ...lapsed, ...(pending ? [pending] : [])].find(
      (one) => one.correctionId === correctionId,
    );
    if (!proposal) continue;
    const lapses =
      proposal === pending
        ? hasMoved(world, state.started, closed, proposal) || isCarried(world, proposal, events)
        : undefined;
    const isLost = lapses ?? lapsed.includes(proposal);
    sums[isLost ? 'lapsed' : 'established'].add(proposal);
    if (left <= 0) return;
    left -= 1;
    if (lapses === undefined) continue;
    const parts = lapses
      ? [adjustment(proposal.personId, { type: 'LapseAdjustment', correctionId })]
      : establishing(world, proposal);
    if (!world.run(op, 'automation', ...parts)) return;
  }
  if (limit < ALL) return;
  world.run(
    op,
    'automation',
    correction(correctionId, {
      type: 'ApplyCorrection',
      ...sums.established.all(),
      lapsed: sums.lapsed.all(),
    }),
  );
}

/** Whether arrears of months that were paid too much are carried by what is not on its way. */
const isCarried = (world: World, proposal: Proposal, account: readonly Recorded[]): boolean =>
  carriersOf(proposal, foldAdjustment(account)).some(
    (id) => !isOnItsWay(foldPayment(world.log.stream(streams.payment(id)))),
  );

/** Puts an adjustment on its account, together with the debt that it makes or offsets. */
function establishing(world: World, proposal: Proposal): readonly Part[] {
  const { correctionId, personId } = proposal;
  const debt = foldRecovery(world.log.stream(streams.recovery(recoveryIdOf(PROGRAMME, personId))));
  const account = foldAdjustment(world.log.stream(streams.adjustment(PROGRAMME, personId)));
  const establish = { type: 'EstablishAdjustment', correctionId } as const;
  if (BigInt(proposal.differenceMinor) < 0n) {
    const arrearsOffset = arrearsOffsetOf(proposal, account, debt);
    const owed = debtOf(proposal, arrearsOffset, 'MAD');
    const more = arrearsOffset.length > 0 ? { arrearsOffset } : {};
    return [
      ...(owed ? [recovery(personId, { type: 'EstablishOverpayment', ...owed })] : []),
      adjustment(personId, { ...establish, ...more }),
    ];
  }
  const offset = offsetOf(proposal, account, debt);
  if (offset === 0n) return [adjustment(personId, establish)];
  const amountMinor = String(offset);
  return [
    recovery(personId, { type: 'OffsetOverpayment', correctionId, amountMinor }),
    adjustment(personId, { ...establish, offsetMinor: amountMinor }),
  ];
}

/**
 * Gives back what lapsed payments carried, all of them again: the automation's checkpoint may be
 * lost.
 */
function giveBack(world: World, op: Op): void {
  for (const { stream, events } of world.log.category('payment-')) {
    const state = foldPayment(events);
    const closed =
      foldCycle(world.log.stream(streams.cycle(stream.slice('payment-'.length, -37)))).status ===
      'closed';
    events.forEach((event, i) => {
      const lapses =
        event.type === 'PaymentCancelled' ||
        (closed &&
          i === events.length - 1 &&
          (state.status === 'rejected' || state.status === 'returned'));
      const ordered = lapses
        ? events.slice(0, i + 1).findLast((one) => one.type === 'PaymentOrdered')
        : undefined;
      if (ordered?.type !== 'PaymentOrdered') return;
      const { paymentId, round, personId, items } = ordered.data;
      if (items.some(({ code }) => code === 'arrears'))
        world.run(
          op,
          'automation',
          adjustment(personId, { type: 'ReleaseArrears', paymentId, round, reason: 'lapsed' }),
        );
      if (items.some(({ code }) => code === 'recovery'))
        world.run(
          op,
          'automation',
          recovery(personId, { type: 'ReverseDeduction', paymentId, round, reason: 'lapsed' }),
        );
    });
  }
}

/** Who owes something turns out to have been there all the time. */
function vindicate(world: World, op: Op): void {
  const state = choose(
    op,
    world.log.category('recovery-').map(({ events }) => foldRecovery(events)),
    () => true,
  );
  if (!state) return;
  const stream = streams.enrolment(PROGRAMME, state.personId);
  const decide = (who: number, command: EnrolmentCommand) =>
    world.run({ ...op, who: who % 4 }, 'supervisor', part(stream, enrolmentDecider, command));
  if (foldEnrolment(world.log.stream(stream)).status === 'active')
    decide(op.who, { type: 'SuspendEnrolment', fromPeriod: '2026-01', reason: 'looked at again' });
  for (const who of [op.who, op.who + 1])
    decide(who, { type: 'ReinstateEnrolment', fromPeriod: '2026-01', reason: 'seen' });
}

const onRecovery =
  (role: Role, command: (state: RecoveryState, op: Op) => RecoveryCommand): Act =>
  (world, op) => {
    const state = choose(
      op,
      world.log.category('recovery-').map(({ events }) => foldRecovery(events)),
      ({ status }) => status === 'open',
    );
    if (state) world.run(op, role, recovery(state.personId, command(state, op)));
  };

const waiver = (state: RecoveryState, { b }: Op): RecoveryCommand => ({
  type: 'WaiveOverpayment',
  amountMinor: b < 3 ? String(balanceMinor(state)) : String(b * 5_000),
  reason: 'hardship',
});

export const corrections: Readonly<Record<string, Act>> = {
  proposeSome: (world, op) => propose(world, op, op.b % 2),
  proposeCorrection: (world, op) => propose(world, op),
  approveCorrection: (world, op) => {
    const state = inStatus(world, op, 'proposed');
    if (state?.proposed)
      world.run(
        op,
        'finance-controller',
        correction(state.proposed.correctionId, {
          type: 'ApproveCorrection',
          contentHash: op.b === 7 ? 'd'.repeat(64) : state.proposed.contentHash,
        }),
      );
  },
  rejectCorrection: (world, op) => {
    const state = inStatus(world, op, 'proposed', 'started');
    if (state?.started && op.b < 4)
      world.run(
        op,
        'finance-controller',
        correction(state.started.correctionId, { type: 'RejectCorrection', reason: 'not so' }),
      );
  },
  applySome: (world, op) => apply(world, op, op.b % 2),
  applyCorrection: (world, op) => apply(world, op),
  giveBack,
  vindicate,
  planRecovery: onRecovery('finance-officer', (_, { a, b }) => ({
    type: 'AgreePlan',
    sharePercent: [20, 50, 100, 0][a % 4]!,
    floorMinor: ['20000', '1', '49000', '60000'][b % 4]!,
    reason: 'agreed',
  })),
  suspendRecovery: onRecovery('supervisor', () => ({ type: 'SuspendRecovery', reason: 'appeal' })),
  resumeRecovery: onRecovery('supervisor', () => ({ type: 'ResumeRecovery', reason: 'dismissed' })),
  waive: (world, op) => {
    onRecovery(op.a % 2 ? 'finance-officer' : 'finance-controller', waiver)(world, op);
    if (!op.odd) onRecovery('finance-controller', waiver)(world, { ...op, who: (op.who + 1) % 4 });
  },
};
