import { fold } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import type { ProgrammePolicies } from '../write-side/readers.js';
import { guard, type Part } from '../write-side/unit.js';
import { programmeDecider } from './programme.decider.js';

/** @throws DomainError PROGRAMME_CLOSED */
export function requireNotClosed(
  programme: Pick<ProgrammePolicies, 'programmeId' | 'status'>,
): void {
  if (programme.status === 'closed')
    throw new DomainError(
      'PROGRAMME_CLOSED',
      `The programme ${programme.programmeId} is closed: it takes no application, enrols nobody and begins no cycle.`,
      'rule',
      'programmeId',
    );
}

/** The same in the append of what relies on it. */
export const notClosed = (programmeId: string): Part =>
  guard(streams.programme(programmeId), (events) => {
    const { status } = fold(programmeDecider, events);
    requireNotClosed({ programmeId, status: status === 'none' ? 'defined' : status });
  });
