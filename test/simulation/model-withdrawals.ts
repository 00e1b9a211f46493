import { KIND_OF } from '../../projections/proposals/kinds.js';
import { setAsideDecider } from '../../src/automation/set-aside.decider.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { partsOfRecovery, streams } from '../../src/kernel/ids.js';
import type { ProposalKind } from '../../src/kernel/two-people.js';
import {
  proposersOf,
  withdrawalPart,
  type Withdrawal,
} from '../../src/use-cases/proposals/withdraw-proposal.js';
import { part } from '../../src/write-side/unit.js';
import type { Act } from './model-people.js';
import type { Op } from './model-world.js';

/** A proposal that was made, with what it is of. */
const proposedIn = (event: Recorded): readonly (readonly [ProposalKind, Recorded])[] => {
  const kind = (KIND_OF as Readonly<Record<string, string>>)[event.type];
  return kind === undefined || kind === 'of its correction' ? [] : [[kind as ProposalKind, event]];
};

/**
 * The newest proposal of some kind is taken back, where one is still open: by who made it, or now
 * and then by somebody.
 */
const takeBack: Act = (world, op) => {
  const newest = new Map(world.log.events.flatMap(proposedIn));
  const kinds = [...newest.keys()];
  const isTakenBack = (kind: ProposalKind): boolean => {
    const { data, meta } = newest.get(kind)!;
    const who = op.odd ? op.who : Number(meta.actor.slice('person-'.length));
    const role = proposersOf(kind).find((one) => one === meta.role) ?? proposersOf(kind)[0]!;
    const debt = 'recoveryId' in data ? partsOfRecovery(data.recoveryId) : {};
    const withdrawal = { ...data, ...debt, reason: 'a mistake' } as Withdrawal;
    return world.run({ ...op, who }, role, withdrawalPart(kind, withdrawal));
  };
  [...kinds.slice(op.a), ...kinds.slice(0, op.a)].find(isTakenBack);
};

/** An event that an automation could not act on is dismissed, mostly by two. */
const dismissSetAside: Act = (world, op) => {
  const event = world.log.events[(op.a * 8 + op.b) % Math.max(1, world.log.events.length)];
  if (!event) return;
  const say = (by: Op, role: 'programme-manager' | 'finance-controller'): void =>
    void world.run(
      by,
      role,
      part(streams.automation(event.id), setAsideDecider, {
        type: 'DismissSetAside',
        eventId: event.id,
        automation: 'when-it-happens-then-act',
        eventType: event.type,
        eventStream: event.stream,
        failure: 'PERSON_NOT_FOUND',
        reason: 'done by hand',
      }),
    );
  say(op, 'programme-manager');
  if (!op.odd) say({ ...op, who: (op.who + 1) % 4 }, 'finance-controller');
};

export const withdrawals: Readonly<Record<string, Act>> = { takeBack, dismissSetAside };
