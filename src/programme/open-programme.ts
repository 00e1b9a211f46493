import { versionInForce } from '../eligibility/policy.js';
import { fold, type Recorded } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import type { ProgrammePolicies } from '../write-side/readers.js';
import { guard, type Part } from '../write-side/unit.js';
import { programmeDecider } from './programme.decider.js';

/**
 * Only an open programme takes anybody in or begins a cycle: before, one manager alone makes it as
 * it is, and once it is open two say what it pays.
 * @throws DomainError PROGRAMME_NOT_OPEN, PROGRAMME_CLOSED
 */
export function requireOpen(programme: Pick<ProgrammePolicies, 'programmeId' | 'status'>): void {
  const { programmeId, status } = programme;
  const nothing = 'it takes no application, enrols nobody and begins no cycle';
  requireNotClosed({ programmeId, status }, nothing);
  if (status !== 'open')
    throw new DomainError(
      'PROGRAMME_NOT_OPEN',
      `The programme ${programmeId} is not open yet: ${nothing}.`,
      'rule',
      'programmeId',
    );
}

/**
 * What is closed pays nobody any more: a correction would find arrears that nothing pays, and debts
 * of which nothing is kept back.
 * @throws DomainError PROGRAMME_CLOSED
 */
export function requireNotClosed(
  { programmeId, status }: Pick<ProgrammePolicies, 'programmeId' | 'status'>,
  nothing = 'nothing of it is corrected',
): void {
  if (status === 'closed')
    throw new DomainError(
      'PROGRAMME_CLOSED',
      `The programme ${programmeId} is closed: ${nothing}.`,
      'rule',
      'programmeId',
    );
}

/** The same in the append of what relies on it. */
export const whileNotClosed = (programmeId: string, nothing?: string): Part =>
  guard(streams.programme(programmeId), (events) => {
    const { status } = fold(programmeDecider, events);
    requireNotClosed({ programmeId, status: status === 'none' ? 'defined' : status }, nothing);
  });

/** A cycle that was opened in the moment in which its programme was closed orders nothing. */
export const whilePaying = (programmeId: string): Part =>
  whileNotClosed(programmeId, 'nothing of it is ordered or released');

/** That it is open, in the append of what relies on it. */
export const whileOpen = (programmeId: string): Part =>
  guard(streams.programme(programmeId), (events) => {
    openAsIn(events, programmeId);
  });

/**
 * The same, and while the version that an application was decided by is the one that is paid in the
 * month that it was received in: one that is published at the same moment asks for another
 * determination.
 * @param decidedBy asked when it is decided
 * @throws DomainError NOT_DETERMINED
 */
export const whilePaidBy = (programmeId: string, period: string, decidedBy: () => number): Part =>
  guard(streams.programme(programmeId), (events) => {
    const { policies } = openAsIn(events, programmeId);
    const now = versionInForce(policies, period)?.version;
    if (now !== undefined && now !== decidedBy())
      throw new DomainError(
        'NOT_DETERMINED',
        `Version ${now} of the policy is paid now in ${period}: return the application where it is recommended, and determine it again.`,
        'rule',
      );
  });

function openAsIn(events: readonly Recorded[], programmeId: string) {
  const state = fold(programmeDecider, events);
  requireOpen({ programmeId, status: state.status === 'none' ? 'defined' : state.status });
  return state;
}
