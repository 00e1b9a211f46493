import { endToEndIdOf } from '../../src/use-cases/instructions/messages.js';
import { orderedInRound, SetTally } from '../../src/use-cases/cycles/ordered-set.js';
import {
  arrearsFor,
  foldAdjustment,
  foldRecovery,
} from '../../src/use-cases/cycles/household-accounts.js';
import { dueIn, lessRecovery } from '../../src/use-cases/cycles/payable.js';
import {
  budgetDecider,
  freeMinor,
  type BudgetCommand,
  type BudgetState,
} from '../../src/budget/budget.decider.js';
import { cycleDecider, type CycleCommand, type CycleState } from '../../src/cycle/cycle.decider.js';
import { fold, type Recorded } from '../../src/kernel/decider.js';
import {
  cycleId as cycleIdOf,
  partsOfPayment,
  paymentId as paymentIdOf,
  recoveryId as recoveryIdOf,
  streams,
} from '../../src/kernel/ids.js';
import {
  paymentDecider,
  type OutcomeReport,
  type PaymentCommand,
  type PaymentState,
} from '../../src/payment/payment.decider.js';
import { part, type Part } from '../../src/write-side/execute.js';
import { rulesOf } from './model-checks.js';
import { adjustment, recovery } from './model-corrections.js';
import type { Act } from './model-people.js';
import { PERIODS, PROGRAMME } from './model-programme.js';
import {
  foldCycle,
  foldEnrolment,
  foldPayment,
  foldPerson,
  type Op,
  type World,
} from './model-world.js';

export const BUDGET = streams.budget(PROGRAMME, 2026);
const WRONG_HASH = 'd'.repeat(64);
const EVERYTHING = Number.MAX_SAFE_INTEGER;

const budget = (
  ...commands: readonly (BudgetCommand | ((state: BudgetState) => BudgetCommand | undefined))[]
): Part => part(BUDGET, budgetDecider, ...commands);
const cycle = (id: string, command: CycleCommand): Part =>
  part(streams.cycle(id), cycleDecider, command);
const payment = (id: string, command: PaymentCommand): Part =>
  part(streams.payment(id), paymentDecider, command);
const budgetState = (world: World): BudgetState =>
  fold(budgetDecider, world.log.stream(BUDGET) as never);
const cycleState = (world: World, id: string, asOf = EVERYTHING): CycleState =>
  foldCycle(world.log.stream(streams.cycle(id), asOf));
const isPrepared = ({ status }: CycleState): boolean =>
  !['none', 'open', 'preparing', 'returned'].includes(status);

/** The set of a cycle's round, from the log. */
function setOf(world: World, id: string, round: number) {
  const tally = new SetTally();
  for (const { stream, events } of world.log.category(`payment-${id}-`)) {
    const ordered = orderedInRound(events, round);
    if (ordered) tally.add(stream.slice('payment-'.length), ordered.amountMinor, ordered.currency);
  }
  return tally.figures();
}

/**
 * Prepares the next cycle, or goes on: `limit` payments of it, or all and records it. Each payment
 * is a commit of its own.
 */
function prepare(world: World, op: Op, limit: number): void {
  const period = PERIODS.find((one, i) =>
    op.odd
      ? i === op.a % PERIODS.length
      : !isPrepared(cycleState(world, cycleIdOf(PROGRAMME, one))),
  );
  if (period === undefined) return;
  const id = cycleIdOf(PROGRAMME, period);
  const others = PERIODS.filter((one) => one !== period)
    .map((one) => ({ one, state: cycleState(world, cycleIdOf(PROGRAMME, one)) }))
    .filter(({ state }) => state.status !== 'none');
  if (others.some(({ one, state }) => one < period && !isPrepared(state)))
    return world.refuse('EARLIER_CYCLE_NOT_PREPARED');
  if (others.some(({ one, state }) => one > period && state.round > 0))
    return world.refuse('LATER_CYCLE_STARTED');
  const paidThrough = Math.max(
    -1,
    ...others.filter(({ one }) => one < period).map(({ state }) => state.asOf),
  );
  if (cycleState(world, id).status === 'none') {
    const { version } = world.book().policyOf(period);
    if (
      !world.run(
        op,
        'finance-officer',
        cycle(id, {
          type: 'OpenCycle',
          cycleId: id,
          programmeId: PROGRAMME,
          period,
          policyVersion: version,
          currency: 'MAD',
        }),
      )
    )
      return;
  }
  // Others may write between the reading of the position and the start.
  const asOf = Math.max(0, world.log.last - (op.b % 4));
  if (!world.run(op, 'finance-officer', cycle(id, { type: 'StartPreparation', asOf }))) return;
  const { round, asOf: fixed } = cycleState(world, id);
  for (const { events } of world.log.category(`payment-${id}-`)) {
    const state = foldPayment(events);
    if (
      state.status === 'ordered' &&
      state.round < round &&
      !world.run(
        op,
        'finance-officer',
        payment(state.paymentId, { type: 'CancelPayment', reason: 'prepared again' }),
      )
    )
      return;
  }
  const book = world.book(fixed);
  let left = limit;
  for (const { events } of world.log.category(`enrolment-${PROGRAMME}-`, fixed)) {
    const state = foldEnrolment(events);
    const paymentId = paymentIdOf(PROGRAMME, period, state.personId);
    const arrears = arrearsFor(
      foldAdjustment(world.log.stream(streams.adjustment(PROGRAMME, state.personId), fixed)),
      paymentId,
      round,
    );
    const due = dueIn(state, events[0]!.position, period, paidThrough, book, arrears);
    if (foldPerson(world.log.stream(streams.person(state.personId), fixed)).status === 'erased')
      continue;
    if (!due || orderedInRound(world.log.stream(streams.payment(paymentId)), round)) continue;
    if (left-- <= 0) return;
    const { personId, region } = state;
    const less = lessRecovery(
      due,
      foldRecovery(world.log.stream(streams.recovery(recoveryIdOf(PROGRAMME, personId)), fixed)),
      paymentId,
      period,
    );
    const order = (pay: typeof due, deduct: readonly Part[]): boolean =>
      world.run(
        op,
        'finance-officer',
        ...(arrears
          ? [
              adjustment(personId, {
                type: 'OrderArrears',
                paymentId,
                round,
                amountMinor: arrears.amountMinor,
                correctionIds: arrears.correctionIds,
              }),
            ]
          : []),
        ...deduct,
        payment(paymentId, {
          type: 'OrderPayment',
          paymentId,
          programmeId: PROGRAMME,
          period,
          personId,
          region,
          round,
          currency: 'MAD',
          ...pay,
        }),
      );
    // Where the recovery changed since the cycle's position, the payment goes without.
    const deduct = less.deduction
      ? [recovery(personId, { type: 'Deduct', paymentId, round, ...less.deduction })]
      : [];
    if (!order(less.due, deduct) && (deduct.length === 0 || !order(due, []))) return;
  }
  if (limit < EVERYTHING) return;
  const { count, totalMinor, contentHash } = setOf(world, id, round);
  world.run(
    op,
    'finance-officer',
    cycle(id, {
      type: 'RecordPreparation',
      asOf: fixed,
      count,
      totalMinor: String(totalMinor),
      contentHash,
    }),
  );
}

/** Instructs `limit` payments of a released cycle, or the rest and records it. */
function instruct(world: World, op: Op, limit: number): void {
  const found = world.cycles(op, 'released');
  if (!found || (found.status !== 'released' && !op.odd)) return;
  if (!['released', 'instructed', 'closed'].includes(found.status))
    return world.refuse('CYCLE_NOT_RELEASED');
  let left = limit;
  for (const { events } of world.log.category(`payment-${found.cycleId}-`)) {
    const state = foldPayment(events);
    const { account } = foldPerson(
      world.log.stream(streams.person(partsOfPayment(state.paymentId).personId)),
    );
    if (state.status !== 'ordered' || state.round !== found.round || !account) continue;
    if (left-- <= 0) return;
    if (
      !world.run(
        op,
        'automation',
        payment(state.paymentId, {
          type: 'InstructPayment',
          ...instruction(state, 1, account.accountId),
        }),
      )
    )
      return;
  }
  if (limit < EVERYTHING) return;
  const instructed = world.log
    .category(`payment-${found.cycleId}-`)
    .map(({ events }) => foldPayment(events))
    .filter(({ attempt }) => attempt > 0);
  world.run(
    op,
    'automation',
    cycle(found.cycleId, {
      type: 'RecordInstruction',
      count: instructed.length,
      totalMinor: String(
        instructed.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n),
      ),
      files: [],
    }),
  );
}

const instruction = ({ paymentId }: PaymentState, attempt: number, accountId: string) => ({
  messageId: `M-${attempt}`,
  endToEndId: endToEndIdOf(paymentId, attempt),
  accountId,
  executionDate: '2026-02-25',
});

const OUTCOMES = [
  'settled',
  'settled',
  'accepted',
  'rejected',
  'returned',
  'unknown',
  'settled',
  'rejected',
] as const;

/** What the payment system says, which may be late, doubled, contradictory or wrong. */
function report(world: World, op: Op): void {
  const state = world.payments(
    op,
    ({ status, attempt }) =>
      attempt > 0 && (op.who === 3 || status === 'instructed' || status === 'accepted'),
  );
  if (!state) return;
  const outcome = OUTCOMES[op.b % OUTCOMES.length]!;
  const attempt = op.odd ? 1 + (op.a % 3) : state.attempt;
  const command: OutcomeReport = {
    type: 'ReportOutcome',
    outcome,
    attempt,
    endToEndId: op.odd && op.b === 5 ? 'EWRONG' : endToEndIdOf(state.paymentId, attempt),
    source: 'http',
    ...(outcome === 'rejected' || outcome === 'returned'
      ? { reason: op.odd ? 'AM04' : 'AC04' }
      : {}),
    ...(outcome === 'settled' && op.b === 6
      ? { amountMinor: op.odd ? '1' : state.amountMinor }
      : {}),
  };
  world.run(op, 'payment-system', payment(state.paymentId, command));
}

function reinstruct(world: World, op: Op): void {
  const state = world.payments(op, ({ status }) => status === 'rejected' || status === 'returned');
  if (!state) return;
  const { account } = foldPerson(
    world.log.stream(streams.person(partsOfPayment(state.paymentId).personId)),
  );
  if (!account) return world.refuse('NO_ACCOUNT');
  world.run(
    op,
    'finance-officer',
    payment(state.paymentId, {
      type: 'ReinstructPayment',
      ...instruction(state, state.attempt + 1, account.accountId),
    }),
  );
}

const RESOLUTIONS = [
  'counted-as-settled',
  'counted-as-returned',
  'bank-error',
  'recovered',
  'no-effect',
] as const;
function resolve(world: World, op: Op): void {
  const state = world.payments(op, ({ openBreaks }) => openBreaks.length > 0);
  if (!state) return;
  const breakId = op.odd ? state.breakIds.at(-1) : state.openBreaks[0]?.breakId;
  world.run(
    op,
    'finance-officer',
    payment(state.paymentId, {
      type: 'ResolveBreak',
      breakId: breakId ?? '00000000-0000-4000-8000-000000000000',
      resolution: RESOLUTIONS[op.b % 5]!,
      reason: 'the bank says so',
    }),
  );
}

function ownBreak(world: World, op: Op): void {
  const state = world.payments(op, ({ openBreaks }) => openBreaks.length > 0);
  if (!state) return;
  const breakId = op.odd ? state.breakIds.at(-1) : state.openBreaks[0]?.breakId;
  world.run(
    op,
    'finance-officer',
    payment(state.paymentId, {
      type: 'SetBreakOwner',
      breakId: breakId ?? '00000000-0000-4000-8000-000000000000',
      owner: `owner-${op.b % 3}`,
    }),
  );
}

/**
 * Spends what settled and takes back what came back, up to a position; what was counted before is
 * delivered again.
 */
export function spend(world: World, op: Op, through = EVERYTHING): void {
  const movements = new Map<string, { readonly position: number; readonly minor: bigint }[]>();
  for (const { stream, events } of world.log.category('payment-', through)) {
    const { programmeId, period } = partsOfPayment(stream.slice('payment-'.length));
    const of = movements.get(cycleIdOf(programmeId, period)) ?? [];
    movements.set(cycleIdOf(programmeId, period), of);
    let before = 0n;
    let state = paymentDecider.initialState;
    for (const event of events as readonly Recorded[]) {
      state = paymentDecider.evolve(state, event as never);
      const settled = state.status === 'settled' ? BigInt(state.amountMinor) : 0n;
      if (settled !== before) of.push({ position: event.position, minor: settled - before });
      before = settled;
    }
  }
  for (const [cycleId, all] of movements) {
    all.sort((x, y) => x.position - y.position);
    // One way, then the other, in the order in which the money moved.
    const next = (state: BudgetState): BudgetCommand | undefined => {
      const account = state.cycles[cycleId];
      const fresh = all.filter(
        ({ position, minor }) =>
          position > ((minor > 0n ? account?.spentThrough : account?.refundedThrough) ?? -1),
      );
      // A command that is late by a whole delivery names what was counted before.
      const some = fresh.length === 0 && op.odd ? all : fresh;
      const turn = some.findIndex(({ minor }) => minor > 0n !== some[0]!.minor > 0n);
      const run = turn < 0 ? some : some.slice(0, turn);
      const total = run.reduce((sum, { minor }) => sum + minor, 0n);
      return run.length === 0
        ? undefined
        : {
            type: total > 0n ? 'SpendBudget' : 'RefundBudget',
            cycleId,
            amountMinor: String(total < 0n ? -total : total),
            count: run.length,
            throughPosition: run.at(-1)!.position,
          };
    };
    world.run(op, 'automation', budget(...all.map(() => next)));
  }
}

function figuresOf(
  world: World,
  id: string,
): Extract<CycleCommand, { type: 'ReconcileCycle' }>['figures'] {
  const states = world.log.category(`payment-${id}-`).map(({ events }) => foldPayment(events));
  const bucket = (...statuses: readonly PaymentState['status'][]): [number, string] => {
    const some = states.filter(({ status }) => statuses.includes(status));
    return [
      some.length,
      String(some.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n)),
    ];
  };
  const [settledCount, settledMinor] = bucket('settled');
  const [rejectedCount, rejectedMinor] = bucket('rejected');
  const [returnedCount, returnedMinor] = bucket('returned');
  const [cancelledCount, cancelledMinor] = bucket('cancelled');
  const [outstandingCount, outstandingMinor] = bucket('ordered', 'instructed', 'accepted');
  const orderedMinor = String(
    states.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n),
  );
  return {
    orderedCount: states.length,
    orderedMinor,
    settledCount,
    settledMinor,
    rejectedCount,
    rejectedMinor,
    returnedCount,
    returnedMinor,
    cancelledCount,
    cancelledMinor,
    outstandingCount,
    outstandingMinor,
    openBreaks: states.reduce((sum, { openBreaks }) => sum + openBreaks.length, 0),
    throughPosition: world.log.last,
  };
}

function close(world: World, op: Op): void {
  const state = world.cycles(op, 'instructed');
  if (!state) return;
  const account = budgetState(world).cycles[state.cycleId];
  if (state.figures && BigInt(state.figures.settledMinor) !== (account?.spentMinor ?? 0n))
    return world.refuse('SPENDING_NOT_RECORDED');
  const releasedMinor = String(account?.reservedMinor ?? 0n);
  world.run(
    op,
    'finance-officer',
    cycle(state.cycleId, { type: 'CloseCycle', releasedMinor }),
    ...(releasedMinor === '0'
      ? []
      : [
          budget({
            type: 'ReleaseReservation',
            cycleId: state.cycleId,
            amountMinor: releasedMinor,
            reason: 'closed',
          }),
        ]),
  );
}

export const money: Readonly<Record<string, Act>> = {
  allot: (world, op) =>
    world.run(
      op,
      'finance-officer',
      budget({
        type: 'AllotBudget',
        programmeId: PROGRAMME,
        fiscalYear: 2026,
        currency: 'MAD',
        amountMinor: '250000',
        reference: 'LF',
      }),
    ),
  // Now and then so that what is to be approved next fits exactly, or but for a centime.
  adjust: (world, op) => {
    const next = world.cycles({ ...op, odd: false }, 'prepared');
    const exactly =
      next && op.b >= 4
        ? BigInt(next.totalMinor) - freeMinor(budgetState(world)) - (op.b >= 6 ? 1n : 0n)
        : undefined;
    world.run(
      op,
      'finance-officer',
      budget({
        type: 'AdjustBudget',
        deltaMinor: String(exactly ?? (op.b - 2) * 70_000),
        reason: 'decree',
      }),
    );
  },
  prepareSome: (world, op) => prepare(world, op, 1 + (op.b % 3)),
  prepare: (world, op) => prepare(world, op, EVERYTHING),
  approve: (world, op) => {
    const state = world.cycles(op, 'prepared');
    if (!state) return;
    // What the approver looked at may be of the past.
    const seen = cycleState(world, state.cycleId, world.log.last - op.staleBy * 3);
    world.run(
      op,
      'finance-controller',
      cycle(state.cycleId, {
        type: 'ApproveCycle',
        contentHash: op.b === 7 ? WRONG_HASH : seen.contentHash,
        fiscalYear: 2026,
        mustBeChecked: rulesOf(world).length > 0,
      }),
      budget({
        type: 'ReserveBudget',
        cycleId: state.cycleId,
        amountMinor: seen.totalMinor,
        currency: 'MAD',
      }),
    );
  },
  returnCycle: (world, op) => {
    const state = world.cycles(op, 'prepared', 'approved');
    if (!state) return;
    world.run(
      op,
      'finance-controller',
      cycle(state.cycleId, { type: 'ReturnCycle', reason: 'look again' }),
      ...(state.status === 'approved'
        ? [
            budget({
              type: 'ReleaseReservation',
              cycleId: state.cycleId,
              amountMinor: 'all',
              reason: 'returned',
            }),
          ]
        : []),
    );
  },
  release: (world, op) => {
    const state = world.cycles(op, 'approved');
    if (state)
      world.run(
        op,
        'finance-controller',
        cycle(state.cycleId, {
          type: 'ReleaseCycle',
          contentHash: op.b === 7 ? WRONG_HASH : state.contentHash,
          executionDate: '2026-02-25',
        }),
      );
  },
  instructSome: (world, op) => instruct(world, op, 1 + (op.b % 3)),
  instruct: (world, op) => instruct(world, op, EVERYTHING),
  report,
  reinstruct,
  cancel: (world, op) => {
    const state = world.payments(op, ({ status }) => status === 'ordered');
    if (state)
      world.run(
        op,
        'finance-officer',
        payment(state.paymentId, { type: 'CancelPayment', reason: 'a mistake' }),
      );
  },
  askBack: (world, op) => {
    const state = world.payments(
      op,
      ({ status }) => op.odd || status === 'instructed' || status === 'accepted',
    );
    if (state)
      world.run(
        op,
        'finance-officer',
        payment(state.paymentId, { type: 'RequestCancellation', reason: 'paid by mistake' }),
      );
  },
  resolve,
  ownBreak,
  spend: (world, op) => spend(world, op, op.odd ? world.log.last - op.b : EVERYTHING),
  reconcile: (world, op) => {
    const state = world.cycles(op, 'instructed', 'released');
    if (state)
      world.run(
        op,
        'finance-officer',
        cycle(state.cycleId, { type: 'ReconcileCycle', figures: figuresOf(world, state.cycleId) }),
      );
  },
  close,
};
