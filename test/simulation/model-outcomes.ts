import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import { cycleId as cycleIdOf, partsOfPayment } from '../../src/kernel/ids.js';
import type { ReportOutcome } from '../../src/payment/reportable.rule.js';
import { standsAgainst } from './model-doubt.js';
import { type Op, type World } from './model-world.js';
import {
  cycle,
  cycleState,
  EVERYTHING,
  filesOfRuns,
  payment,
  instruction,
  payableAccount,
  RUN,
} from './model-money-parts.js';

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

const onDay = (day: string) => ({ settledOn: day, bookedOn: day });

/** What the payment system says, which may be late, doubled, contradictory or wrong. */
export function report(world: World, op: Op): void {
  const state = world.payments(
    op,
    ({ status, attempt }) =>
      attempt > 0 && (op.who === 3 || status === 'instructed' || status === 'accepted'),
  );
  if (!state) return;
  const outcome = OUTCOMES[op.b % OUTCOMES.length]!;
  const attempt = op.odd ? 1 + (op.a % 3) : state.attempt;
  const reason = op.odd ? 'AM04' : 'AC04';
  const settledMinor = op.odd ? '1' : state.amountMinor;
  const command: ReportOutcome = {
    type: 'ReportOutcome',
    outcome,
    attempt,
    endToEndId: op.odd && op.b === 5 ? 'EWRONG' : endToEndIdOf(state.paymentId, attempt),
    source: 'http',
    ...(outcome === 'rejected' || outcome === 'returned' ? { reason } : {}),
    ...(outcome === 'settled' && op.b === 6 ? { amountMinor: settledMinor } : {}),
    ...(op.a % 4 > 1 ? { reference: `R${op.a % 4}` } : {}),
    ...(op.b % 4 === 3 ? onDay(world.now.slice(0, 10)) : {}),
    // Of some returns the bank keeps a part.
    ...(outcome === 'returned' && op.a % 3 === 1
      ? { amountMinor: String(BigInt(state.amountMinor) - BigInt(1 + (op.a % 2))) }
      : {}),
  };
  world.run(op, 'payment-system', payment(state.paymentId, command));
}

/** What a person says out of their own knowledge, alone or with another. */
export function reportByHand(world: World, op: Op): void {
  const state = world.payments(op, ({ attempt }) => attempt > 0);
  if (!state) return;
  const outcome = OUTCOMES[op.b % OUTCOMES.length]!;
  const said = payment(state.paymentId, {
    type: 'ReportOutcome',
    outcome,
    attempt: state.attempt,
    endToEndId: endToEndIdOf(state.paymentId, state.attempt),
    source: 'http',
    ...(outcome === 'rejected' || outcome === 'returned' ? { reason: 'AC04' } : {}),
  });
  world.run(op, 'finance-officer', said);
  world.run(op.odd ? op : { ...op, who: op.who + 1 }, 'finance-officer', said);
}

function cycleOf(paymentId: string): string {
  const { programmeId, period } = partsOfPayment(paymentId);
  return cycleIdOf(programmeId, period);
}

/** What failed, or was left out when its cycle was instructed. */
export function reinstruct(world: World, op: Op): void {
  const state = world.payments(
    op,
    ({ status, paymentId }) =>
      status === 'rejected' ||
      status === 'returned' ||
      (status === 'ordered' && cycleState(world, cycleOf(paymentId)).status === 'instructed'),
  );
  if (!state) return;
  const now = { position: EVERYTHING, time: world.now };
  const accountId = payableAccount(world, state.paymentId, now);
  if (!accountId) return world.refuse('NO_ACCOUNT');
  const payer = world.context(op, 'finance-officer').actor.id;
  const against = standsAgainst(world, state.paymentId, [payer]);
  if (against) return world.refuse(against);
  const id = cycleOf(state.paymentId);
  // While the cycle's own instruction is under way, it instructs what was ordered.
  if (state.status === 'ordered' && cycleState(world, id).status !== 'instructed')
    return world.refuse('OUTCOME_NOT_DEFINITE');
  if (!world.run(op, 'finance-officer', cycle(id, { type: 'StartReinstruction', runId: RUN })))
    return;
  // The engine holds in the append of each payment that its run lasts, whatever was read before.
  if (!Object.hasOwn(cycleState(world, id).reinstructing, RUN))
    return world.refuse('REINSTRUCTION_ENDED');
  // A message of its own, as each run has them.
  const messageId = `R-${world.log.last}`;
  const said = { ...instruction(state, state.attempt + 1, accountId), messageId };
  if (state.status === 'ordered')
    world.run(op, 'automation', payment(state.paymentId, { type: 'InstructPayment', ...said }));
  else
    world.run(
      op,
      'finance-officer',
      payment(state.paymentId, { type: 'ReinstructPayment', ...said }),
    );
  if (op.b % 4 > 0)
    world.run(
      op,
      'automation',
      cycle(
        id,
        { type: 'RecordReinstruction', files: filesOfRuns(world, id) },
        { type: 'EndReinstruction', runId: RUN },
      ),
    );
}

const RESOLUTIONS = [
  'counted-as-settled',
  'counted-as-returned',
  'bank-error',
  'recovered',
  'no-effect',
] as const;

export function resolve(world: World, op: Op): void {
  const state = world.payments(op, ({ openBreaks }) => openBreaks.length > 0);
  if (!state) return;
  const breakId = op.odd ? state.breakIds.at(-1) : state.openBreaks[0]?.breakId;
  const resolution = RESOLUTIONS[op.b % 5]!;
  const resolve = payment(state.paymentId, {
    type: 'ResolveBreak',
    breakId: breakId ?? '00000000-0000-4000-8000-000000000000',
    resolution,
    reason: 'the bank says so',
  });
  if (resolution.startsWith('counted'))
    world.run({ ...op, who: op.who + 1 }, 'finance-officer', resolve);
  world.run(op, 'finance-officer', resolve);
}

export function ownBreak(world: World, op: Op): void {
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
