import { MAX_PAGE, type EventStore, type StreamEvents } from '../../adapters/event-store/port.js';
import type { AdjustmentState, Arrears } from '../../correction/adjustment.state.js';
import { isOpen, type CorrectionState } from '../../correction/correction.decider.js';
import type { CycleState } from '../../cycle/cycle.state.js';
import type { Recorded } from '../../kernel/decider.js';
import { movesOneOf } from '../cycles/closing.rule.js';
import { DomainError } from '../../kernel/errors.js';
import { correctionId as correctionIdOf, streams } from '../../kernel/ids.js';
import { isErased } from '../../person/person-history.rule.js';
import { programmeDecider } from '../../programme/programme.decider.js';
import { guard, part, type Part } from '../../write-side/unit.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { correctionsOf } from '../../correction/correction-reader.js';
import { addMonths } from '../../kernel/time.js';
import { MAX_MONTHS } from '../corrections/propose-correction.js';
import { cyclesOf } from '../../cycle/cycle-reader.js';
import { foldAdjustment, foldPayment } from '../folds.js';

interface Closing {
  readonly programmeId: string;
  readonly reason: string;
}

/**
 * Closes a programme that owes nobody anything: afterwards no cycle begins that could pay it. Reads
 * the accounts of the households that corrections concerned, page by page.
 * @throws DomainError CYCLES_OPEN, ARREARS_UNPAID, CORRECTION_DUE; CORRECTION_OPEN, here or in the
 *   parts; and in the parts what the programme's decider refuses
 */
export async function closeProgrammeParts(
  store: EventStore,
  { programmeId, reason }: Closing,
): Promise<readonly Part[]> {
  const cycles = await cyclesOf(store, programmeId);
  requireCyclesOver(cycles);
  const corrections = await correctionsOf(store, programmeId);
  const open = corrections.find(isOpen)?.started;
  if (open) throw correctionOpen(open.correctionId);
  await requireArrearsPaid(store, programmeId);
  await requireLookedAt(store, programmeId, cycles, corrections);
  const next = correctionIdOf(programmeId, corrections.length + 1);
  return [
    part(streams.programme(programmeId), programmeDecider, {
      type: 'CloseProgramme',
      programmeId,
      reason,
    }),
    guard(streams.correction(next), (events) => {
      if (events.length > 0) throw correctionOpen(next);
    }),
  ];
}

const correctionOpen = (correctionId: string): DomainError =>
  new DomainError(
    'CORRECTION_OPEN',
    `The correction ${correctionId} may still find arrears; it is applied or rejected first.`,
    'conflict',
  );

function requireCyclesOver(cycles: readonly CycleState[]): void {
  for (const { cycleId, status } of cycles)
    if (status !== 'closed' && status !== 'abandoned')
      throw new DomainError(
        'CYCLES_OPEN',
        `The cycle ${cycleId} is ${status}; a programme is closed once its cycles are closed or abandoned.`,
        'rule',
      );
}

/**
 * What did not arrive, came back or was paid after all is found by corrections only, and a closed
 * programme has none. Reads what the log grew by since the last one began.
 */
async function requireLookedAt(
  store: EventStore,
  programmeId: string,
  cycles: readonly CycleState[],
  corrections: readonly CorrectionState[],
): Promise<void> {
  const closed = cycles.filter(({ status }) => status === 'closed');
  const [first] = closed;
  if (!first) return;
  // No correction goes back further.
  const furthest = addMonths(closed.at(-1)!.period, 1 - MAX_MONTHS);
  const from = first.period < furthest ? furthest : first.period;
  const looked = corrections.findLast(
    ({ status, started }) =>
      (status === 'applied' || status === 'settled') &&
      started?.personId === undefined &&
      (started?.fromPeriod ?? from) <= from,
  );
  const ids = new Set(closed.map(({ cycleId }) => cycleId));
  const isNew = (event: Recorded): boolean =>
    movesOneOf(ids, event) || (event.type === 'CycleClosed' && ids.has(event.data.cycleId));
  let after = looked?.started?.asOf;
  for (let end = false; after !== undefined && !end;) {
    const page = await store.readAll(after, MAX_PAGE);
    if (page.events.some(isNew)) after = undefined;
    else after = page.next;
    end = page.end;
  }
  if (after === undefined)
    throw new DomainError(
      'CORRECTION_DUE',
      `No correction from ${from} on has looked at the payments of ${programmeId} since they came to rest: propose one, for what did not arrive, came back or was paid after all.`,
      'rule',
      'programmeId',
    );
}

async function requireArrearsPaid(store: EventStore, programmeId: string): Promise<void> {
  for await (const page of pagesOf(store, `adjustment-${programmeId}-`)) {
    const owed = await owedOf(store, page);
    const persons = await store.readStreams(owed.map((personId) => streams.person(personId)));
    const unpaid = owed.filter((_, i) => !isErased(persons[i]!.events));
    if (unpaid.length > 0)
      throw new DomainError(
        'ARREARS_UNPAID',
        `Arrears of ${unpaid[0]} are not paid, and maybe of others; the next cycle pays them (once a correction has looked at those that wait), or two administrators give them up (forfeitsArrears).`,
        'rule',
      );
  }
}

/** Whose arrears no payment carries that has settled. */
async function owedOf(
  store: EventStore,
  page: readonly StreamEvents[],
): Promise<readonly string[]> {
  const accounts = page.map(({ events }) => foldAdjustment(events));
  const names = [...new Set(accounts.flatMap(carrying))];
  const read = await store.readStreams(names.map((paymentId) => streams.payment(paymentId)));
  const isSettled = new Map(
    read.map(({ events }, i) => [names[i]!, foldPayment(events).status === 'settled']),
  );
  const isPaid = ({ orderedBy }: Arrears): boolean =>
    orderedBy !== undefined && isSettled.get(orderedBy.paymentId) === true;
  return accounts.flatMap(({ arrears }) => {
    const unpaid = arrears.find((one) => !isPaid(one));
    return unpaid ? [unpaid.proposal.personId] : [];
  });
}

const carrying = ({ arrears }: AdjustmentState): readonly string[] =>
  arrears.flatMap(({ orderedBy }) => (orderedBy ? [orderedBy.paymentId] : []));
