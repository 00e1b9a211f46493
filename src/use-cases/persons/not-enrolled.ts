import type { EventStore } from '../../adapters/event-store/port.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { foldEnrolment } from '../folds.js';

/**
 * Refuses to erase somebody whom a programme still pays: nothing is ordered for an erased person,
 * so the enrolment ends first.
 * @throws DomainError STILL_ENROLLED
 */
export async function requireNotEnrolled(store: EventStore, personId: string): Promise<void> {
  for await (const programmes of pagesOf(store, 'programme-')) {
    const names = programmes.map(({ stream }) => stream.slice('programme-'.length));
    const enrolments = await store.readStreams(
      names.map((name) => streams.enrolment(name, personId)),
    );
    enrolments.forEach(({ events }, i) => {
      const { status } = foldEnrolment(events);
      if (status === 'active' || status === 'suspended')
        throw new DomainError(
          'STILL_ENROLLED',
          `The person is enrolled in ${names[i]}; end the enrolment first.`,
          'rule',
          'personId',
        );
    });
  }
}
