import { budgetDecider, type BudgetCommand } from '../../src/budget/budget.decider.js';
import { freeMinor, type BudgetState } from '../../src/budget/budget.state.js';
import { type CycleCommand } from '../../src/cycle/cycle.decider.js';
import { fold, type Recorded } from '../../src/kernel/decider.js';
import { cycleId as cycleIdOf, partsOfPayment } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { type PaymentState } from '../../src/payment/payment.state.js';
import { fromState, part, type Part, type Step } from '../../src/write-side/unit.js';
import { rulesOf } from './model-checks.js';
import { waitsAbout } from './model-closing.js';
import type { Act } from './model-people.js';
import { PROGRAMME } from './model-programme.js';
import { foldPayment, type Op, type World } from './model-world.js';
import { BUDGET, EVERYTHING, cycle, cycleState, payment } from './model-money-parts.js';
import { prepare, instruct } from './model-preparation.js';
import { report, reportByHand, reinstruct, resolve, ownBreak } from './model-outcomes.js';

const WRONG_HASH = 'd'.repeat(64);

const budget = (...commands: readonly Step<BudgetState, BudgetCommand>[]): Part =>
  part(BUDGET, budgetDecider, ...commands);

const budgetState = (world: World): BudgetState => fold(budgetDecider, world.log.stream(BUDGET));

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
    for (const event of events) {
      state = fold(paymentDecider, [event], state);
      const settled =
        (state.status === 'settled' ? BigInt(state.amountMinor) : 0n) + state.keptMinor;
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
      if (run.length === 0) return undefined;
      return {
        type: total > 0n ? 'SpendBudget' : 'RefundBudget',
        cycleId,
        amountMinor: String(total < 0n ? -total : total),
        count: run.length,
        throughPosition: run.at(-1)!.position,
      };
    };
    world.run(op, 'automation', budget(...all.map(() => fromState(cycleId, next))));
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
  const keptMinor = states.reduce((sum, one) => sum + one.keptMinor, 0n);
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
    ...(keptMinor === 0n ? {} : { keptMinor: String(keptMinor) }),
  };
}

function close(world: World, op: Op): void {
  const state = world.cycles(op, 'instructed');
  if (!state) return;
  if (waitsAbout(world, state.cycleId)) return world.refuse('ENTRIES_OPEN');
  const account = budgetState(world).cycles[state.cycleId];
  const { settledMinor, keptMinor = '0' } = state.figures ?? { settledMinor: '0' };
  const cost = BigInt(settledMinor) + BigInt(keptMinor);
  if (state.figures && cost !== (account?.spentMinor ?? 0n))
    return world.refuse('SPENDING_NOT_RECORDED');
  // The engine looks for whatever moved since; what came from a bank in that very moment it misses.
  const { throughPosition = EVERYTHING } = state.figures ?? {};
  const isSince = ({ type, stream, position }: Recorded): boolean =>
    type === 'PaymentReinstructed' &&
    position > throughPosition &&
    stream.startsWith(`payment-${state.cycleId}-`);
  if (world.log.events.some(isSince)) return world.refuse('NOT_RECONCILED');
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
    const short = op.b >= 6 ? 1n : 0n;
    const exactly =
      next && op.b >= 4
        ? BigInt(next.totalMinor) - freeMinor(budgetState(world)) - short
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
    const state = world.cycles(op, 'preparing', 'prepared', 'approved');
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
  abandonCycle: (world, op) => {
    const state = world.cycles(op, 'open', 'preparing', 'prepared', 'returned');
    if (state)
      world.run(
        op,
        'finance-controller',
        cycle(state.cycleId, { type: 'AbandonCycle', reason: 'a mistake' }),
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
  reportByHand,
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
