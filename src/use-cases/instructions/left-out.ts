import { idIn, streams } from '../../kernel/ids.js';
import type { Deps } from '../../write-side/context.js';
import { Defects, type Defect } from '../../write-side/defect.js';
import { refusal, type Refusal } from '../../write-side/refusals.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import {
  accountNow,
  candidatesOf,
  headOf,
  unfitReason,
  type Candidate,
  type Head,
} from './account-now.js';
import { OpenEntries } from './open-entries.js';
import { unwritable } from './instructable.rule.js';

/**
 * Payments of a released cycle that are in no message, each with why: those that were left out when
 * the cycle was instructed and have not been instructed since, and those that were recorded as
 * instructed by a version that could not write them then. `READY` where nothing is in the way any
 * more: instructing again takes them.
 * @throws DomainError CYCLE_NOT_RELEASED
 */
export async function* paymentsLeftOut(
  deps: Deps,
  cycleId: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly Refusal[]> {
  const history = await deps.store.readStream(streams.cycle(cycleId));
  const head = await headOf(deps, cycleId, history);
  const now = deps.clock.now();
  const entries = new OpenEntries(deps.store);
  for await (const page of pagesOf(deps.store, `payment-${cycleId}-`, signal ? { signal } : {})) {
    const ids = page.map(({ stream }) => idIn(stream));
    const found: Refusal[] = [];
    const met = (paymentId: string, defect: Defect): void => {
      found.push(refusal(paymentId, defect));
    };
    const defects = new Defects();
    const { programmeId } = head;
    const looking = { programmeId, entries, onDefect: met };
    for (const candidate of await candidatesOf(deps, ids, looking)) {
      const why = defects.look(
        () => whyLeftOut(deps, candidate, head, now),
        (defect) => met(candidate.paymentId, defect),
      );
      if (why) found.push(why);
    }
    if (found.length > 0) yield found;
  }
}

/** Undefined for a payment that is in a message, or that needs none. */
function whyLeftOut(
  { rail }: Pick<Deps, 'rail'>,
  candidate: Candidate,
  head: Head,
  now: string,
): Refusal | undefined {
  const { paymentId, state } = candidate;
  if (state.status === 'ordered') {
    if (!head.isInstructed) return undefined;
    const obstacle = accountNow(rail, candidate, head, { sameAccount: false, now });
    return 'error' in obstacle
      ? refusal(paymentId, obstacle.error)
      : { id: paymentId, code: 'READY', reason: 'Nothing is in the way any more.' };
  }
  if (state.status !== 'instructed') return undefined;
  const reason = unfitReason(rail, candidate, head);
  return reason === undefined ? undefined : refusal(paymentId, unwritable(reason));
}
