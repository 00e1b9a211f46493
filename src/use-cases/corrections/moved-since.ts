import type { EventData } from '../../../events/generated.js';
import { MAX_PAGE, type EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { paymentId as paymentIdOf, personIn, streams } from '../../kernel/ids.js';
import { monthsBetween } from '../../kernel/time.js';
import { movesOneOf } from '../cycles/closing.rule.js';
import { identityHoldersOf } from '../households/identity-holders.js';
import { foldAdjustment } from '../folds.js';
import { pastOf } from '../households/past.js';

type Started = EventData['CorrectionStarted'];

/**
 * Refuses a correction that found something for a household of which a payment moved since in a
 * closed cycle, or one to another under its identity: what had failed was paid after all and would
 * be paid twice, or what was paid came back and would be owed. In cycles that are not closed yet a
 * payment counts as paid wherever it is. Reads what the log grew by since the correction began, or
 * one household's payments.
 * @throws DomainError PAYMENTS_MOVED
 */
export async function requireNoneMoved(store: EventStore, started: Started): Promise<void> {
  const { correctionId, programmeId, asOf } = started;
  const { closed } = await pastOf(store, programmeId, asOf);
  for await (const events of since(store, started)) {
    const persons = new Set(
      events.filter((event) => movesOneOf(closed, event)).map(({ stream }) => personIn(stream)),
    );
    const holders = await identityHoldersOf(store, [...persons]);
    const concerning = new Set([...persons, ...holders.flatMap(([, all]) => all)]);
    const accounts = await store.readStreams(
      [...concerning].map((id) => streams.adjustment(programmeId, id)),
    );
    const concerned = accounts.filter(
      (account) => foldAdjustment(account.events).pending?.correctionId === correctionId,
    );
    if (concerned.length > 0)
      throw new DomainError(
        'PAYMENTS_MOVED',
        `Payments of ${concerned.length} or more households moved since the correction was computed; reject it and propose it anew.`,
        'conflict',
        'correctionId',
      );
  }
}

/** What was recorded since a correction began, as far as it may be of its payments. */
async function* since(
  store: EventStore,
  { programmeId, personId, fromPeriod, toPeriod, asOf }: Started,
): AsyncGenerator<readonly Recorded[]> {
  if (personId !== undefined) {
    const months = monthsBetween(fromPeriod, toPeriod);
    const read = await store.readStreams(
      months.map((period) => streams.payment(paymentIdOf(programmeId, period, personId))),
    );
    yield read.flatMap(({ events }) => events.filter(({ position }) => position > asOf));
    return;
  }
  for (let after = asOf, end = false; !end;) {
    const page = await store.readAll(after, MAX_PAGE);
    yield page.events;
    after = page.next;
    end = page.end;
  }
}
