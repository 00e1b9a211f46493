import type { Command } from 'commander';
import { DomainError } from '../../../kernel/errors.js';
import { cycleId as cycleIdOf, parseProgrammeId } from '../../../kernel/ids.js';
import { parsePeriod } from '../../../kernel/time.js';
import type { CommonOptions } from '../../command.js';

export interface CycleOptions extends CommonOptions {
  readonly programme: string;
  readonly period: string;
}

/** Options that name a cycle. */
export const ofCycle = (command: Command): Command =>
  command
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--period <YYYY-MM>', 'period');

/** @throws DomainError */
export const idOf = (options: CycleOptions): string =>
  cycleIdOf(parseProgrammeId(options.programme, 'programme'), parsePeriod(options.period));

export const cycleNotFound = (cycleId: string): DomainError =>
  new DomainError('CYCLE_NOT_FOUND', `There is no cycle ${cycleId}.`, 'not-found', 'period');
