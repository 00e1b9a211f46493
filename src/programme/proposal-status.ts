import { fold, type Foldable } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import type { StreamAfter } from '../write-side/unit.js';
import {
  CLOSING,
  contentOfBackdating,
  contentOfChecks,
  contentOfHold,
  contentOfPolicy,
  contentOfTerms,
  REOPENING,
} from './controls.rule.js';
import type { ProposedByManager } from './programme-controls.decider.js';
import { programmeDecider, type ProgrammeCommand } from './programme.decider.js';

/** What of a command two managers must say alike; undefined where one decides. */
function saidIn(
  command: ProgrammeCommand,
): { readonly what: ProposedByManager; readonly content: string } | undefined {
  switch (command.type) {
    case 'PublishPolicy': {
      const { type, ...policy } = command;
      return { what: 'policy', content: contentOfPolicy(policy) };
    }
    case 'SetPaymentTerms': {
      const { type, ...terms } = command;
      return { what: 'terms', content: contentOfTerms(terms) };
    }
    case 'ConfigureChecks':
      return { what: 'checks', content: contentOfChecks(command) };
    case 'SetAccountHold':
      return { what: 'hold', content: contentOfHold(command) };
    case 'SetBackdatingLimit':
      return { what: 'backdating', content: contentOfBackdating(command) };
    case 'CloseProgramme':
      return { what: 'closing', content: CLOSING };
    case 'ReopenProgramme':
      return { what: 'reopening', content: REOPENING };
    default:
      return undefined;
  }
}

/** Whether what one manager said waits for a second one. */
export function isWaiting(events: readonly Foldable[], command: ProgrammeCommand): boolean {
  const said = saidIn(command);
  if (!said) return false;
  const { proposals } = fold(programmeDecider, events);
  return proposals[said.what].some(({ content }) => content === said.content);
}

/** The same, as the answer to who said it has it. */
export const proposalStatus =
  (command: ProgrammeCommand, decided = 'set') =>
  (after: StreamAfter): { readonly status: string } => {
    const waits = isWaiting(after(streams.programme(command.programmeId)), command);
    return { status: waits ? 'proposed' : decided };
  };
