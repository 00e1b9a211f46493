import type { AggregateEvents, EventData } from '../../events/generated.js';
import { contentHash } from '../kernel/canonical.js';
import { requireDismissible } from './indispensable.rule.js';
import { requireEverywhere, requireRole, type Decider, type Draft } from '../kernel/decider.js';
import { isSamePerson } from '../kernel/subject.js';
import {
  proposed,
  requireOwnWord,
  withoutWordsOf,
  wordOf,
  type Proposal,
} from '../kernel/two-people.js';

export type SetAsideEvent = AggregateEvents['automation'];

/** What people decided of one event, by the automation that could not act on it. */
export interface SetAsideState {
  readonly dismissed: readonly string[];
  readonly proposals: Readonly<Record<string, readonly Proposal[]>>;
}

export type SetAsideCommand =
  | ({ readonly type: 'DismissSetAside' } & EventData['SetAsideDismissalProposed'])
  | ({ readonly type: 'WithdrawDismissal' } & EventData['SetAsideDismissalWithdrawn']);

/**
 * What two people must say alike: of which automation, and with which failure before their eyes.
 */
export const contentOfDismissal = ({
  automation,
  failure,
}: Pick<EventData['SetAsideDismissed'], 'automation' | 'failure'>): string =>
  contentHash({ dismissal: { automation, failure } });

export const setAsideDecider: Decider<SetAsideState, SetAsideCommand, SetAsideEvent> = {
  initialState: { dismissed: [], proposals: {} },

  decide({ dismissed, proposals }, command, context): readonly Draft<SetAsideEvent>[] {
    requireRole(context, 'programme-manager', 'finance-controller');
    requireEverywhere(context);
    const before = dismissed.includes(command.automation)
      ? []
      : (proposals[command.automation] ?? []);
    if (command.type === 'WithdrawDismissal') {
      const { type: _, ...withdrawn } = command;
      requireOwnWord(
        before.map(({ by }) => by),
        context.actor.id,
      );
      return [{ type: 'SetAsideDismissalWithdrawn', data: withdrawn }];
    }
    if (dismissed.includes(command.automation)) return [];
    requireDismissible(command.automation);
    const { type, ...data } = command;
    const content = contentOfDismissal(data);
    const word = wordOf(before, { by: context.actor.id, content });
    if (word === 'again') return [];
    if (word === 'first') return [{ type: 'SetAsideDismissalProposed', data }];
    const proposedBy = before.find(
      ({ by, content: said }) => said === content && !isSamePerson(by, context.actor.id),
    )!.by;
    return [{ type: 'SetAsideDismissed', data: { ...data, proposedBy } }];
  },

  evolve(state, event) {
    switch (event.type) {
      case 'SetAsideDismissalProposed': {
        const { automation } = event.data;
        const before = state.proposals[automation] ?? [];
        const said = { by: event.meta.actor, content: contentOfDismissal(event.data) };
        return {
          ...state,
          proposals: { ...state.proposals, [automation]: proposed(before, said) },
        };
      }
      case 'SetAsideDismissalWithdrawn': {
        const { automation } = event.data;
        const left = withoutWordsOf(state.proposals[automation] ?? [], event.meta.actor);
        return { ...state, proposals: { ...state.proposals, [automation]: left } };
      }
      case 'SetAsideDismissed':
        return { ...state, dismissed: [...state.dismissed, event.data.automation] };
      default:
        return state;
    }
  },
};
