import { fold } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import type { ProgrammePolicies } from '../write-side/readers.js';
import { guard, type Part } from '../write-side/unit.js';
import { programmeDecider } from './programme.decider.js';

/**
 * Only an open programme takes anybody in or begins a cycle: before, one manager alone makes it as it
 * is, and once it is open two say what it pays.
 * @throws DomainError PROGRAMME_NOT_OPEN, PROGRAMME_CLOSED
 */
export function requireOpen(programme: Pick<ProgrammePolicies, 'programmeId' | 'status'>): void {
  const { programmeId, status } = programme;
  const nothing = 'it takes no application, enrols nobody and begins no cycle';
  if (status === 'closed')
    throw new DomainError(
      'PROGRAMME_CLOSED',
      `The programme ${programmeId} is closed: ${nothing}.`,
      'rule',
      'programmeId',
    );
  if (status !== 'open')
    throw new DomainError(
      'PROGRAMME_NOT_OPEN',
      `The programme ${programmeId} is not open yet: ${nothing}.`,
      'rule',
      'programmeId',
    );
}

/** The same in the append of what relies on it. */
export const whileOpen = (programmeId: string): Part =>
  guard(streams.programme(programmeId), (events) => {
    const { status } = fold(programmeDecider, events);
    requireOpen({ programmeId, status: status === 'none' ? 'defined' : status });
  });
