import type { EventData } from '../../events/generated.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import { cycleDecider, type CycleCommand } from '../../src/cycle/cycle.decider.js';
import { type CycleState } from '../../src/cycle/cycle.state.js';
import { cycleId as cycleIdOf, partsOfPayment, streams } from '../../src/kernel/ids.js';
import { paymentDecider, type PaymentCommand } from '../../src/payment/payment.decider.js';
import { type PaymentState } from '../../src/payment/payment.state.js';
import { heldBy, payeeOf } from '../../src/person/payee.rule.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { entitledBy, isStillDue } from '../../src/use-cases/instructions/instructable.rule.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { PERIODS, PROGRAMME } from './model-programme.js';
import { fold } from '../../src/kernel/decider.js';
import { foldCycle, type World } from './model-world.js';

export const BUDGET = streams.budget(PROGRAMME, 2026);

/** A re-instruction: in one cycle there is one at a time. */
export const RUN = '0b8f7f2e-54a5-5c55-8d0a-3c1f6a1f2b77';

export const EVERYTHING = Number.MAX_SAFE_INTEGER;

export const cycle = (id: string, ...commands: readonly CycleCommand[]): Part =>
  part(streams.cycle(id), cycleDecider, ...commands);

export const payment = (id: string, command: PaymentCommand): Part =>
  part(streams.payment(id), paymentDecider, command);

export const cycleState = (world: World, id: string, asOf = EVERYTHING): CycleState =>
  foldCycle(world.log.stream(streams.cycle(id), asOf));

export const cyclesIn = (world: World, asOf: number): readonly CycleState[] =>
  PERIODS.map((period) => cycleState(world, cycleIdOf(PROGRAMME, period), asOf));

/**
 * The account that a payment may be made to, where its household is still due it.
 * @param asOf position, and the instant against which days are counted
 */
export function payableAccount(
  world: World,
  paymentId: string,
  { position, time }: { readonly position: number; readonly time: string },
): string | undefined {
  const { personId } = partsOfPayment(paymentId);
  const enrolment = world.log.stream(streams.enrolment(PROGRAMME, personId), position);
  const entitled = entitledBy(world.log.stream(streams.payment(paymentId)), enrolment);
  if (!isStillDue(entitled)) return undefined;
  const payee = payeeOf(world.log.stream(streams.person(personId), position));
  const programme = world.log.stream(streams.programme(PROGRAMME), position);
  if (!payee || heldBy(payee, fold(programmeDecider, programme).hold, time)) return undefined;
  return payee.accountId;
}

/** A file for each message under which payments of the cycle were instructed. */
export function filesOf(world: World, cycleId: string): EventData['CycleInstructed']['files'] {
  const messages = new Map<string, bigint[]>();
  for (const { events } of world.log.category(`payment-${cycleId}-`))
    for (const { type, data } of events) {
      if (type !== 'PaymentInstructed' && type !== 'PaymentReinstructed') continue;
      const amounts = messages.get(data.messageId) ?? [];
      messages.set(data.messageId, [...amounts, BigInt(data.amountMinor)]);
    }
  return [...messages].map(([messageId, amounts]) => ({
    name: `${messageId}.xml`,
    messageId,
    sha256: '0'.repeat(64),
    count: amounts.length,
    totalMinor: String(amounts.reduce((sum, amount) => sum + amount, 0n)),
  }));
}

/** Of those that were instructed again, or late. */
export const filesOfRuns = (world: World, cycleId: string): ReturnType<typeof filesOf> =>
  filesOf(world, cycleId).filter(({ messageId }) => messageId !== 'M-1');

export const instruction = ({ paymentId }: PaymentState, attempt: number, accountId: string) => ({
  messageId: `M-${attempt}`,
  endToEndId: endToEndIdOf(paymentId, attempt),
  accountId,
  executionDate: '2026-02-25',
});
