import { setAsideDecider } from '../../automation/set-aside.decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { failureOf, type ListSetAside, type SetAside } from '../../write-side/set-aside.js';
import { part, type Part } from '../../write-side/unit.js';

/** Which entry, and why it need not be acted on any more. */
export type Dismissal = Pick<SetAside, 'eventId' | 'manager'> & { readonly reason: string };

/**
 * The word of one person that nothing has to come of what was set aside; another one's same word
 * makes it so. @throws DomainError NOT_SET_ASIDE
 */
export async function dismissalPart(
  list: ListSetAside,
  { eventId, manager, reason }: Dismissal,
): Promise<Part> {
  const entry = (await list()).find((one) => one.eventId === eventId && one.manager === manager);
  if (!entry)
    throw new DomainError(
      'NOT_SET_ASIDE',
      'No such event is set aside for this automation.',
      'not-found',
      'eventId',
    );
  return part(streams.automation(eventId), setAsideDecider, {
    type: 'DismissSetAside',
    eventId,
    automation: manager,
    eventType: entry.type,
    eventStream: entry.stream,
    failure: failureOf(entry),
    reason,
  });
}
