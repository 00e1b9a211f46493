import { DomainError } from '../kernel/errors.js';
import { parseProgrammeId, streams } from '../kernel/ids.js';
import { parseAmount } from '../kernel/money.js';
import { Command } from '../http/call.js';
import { part } from '../write-side/unit.js';
import { Amount, Currency, FreeText, SignedAmount } from '../http/fields.js';
import { commandHandlers, commandHandler } from '../http/command-handlers.js';
import { budgetDecider } from './budget.decider.js';

export class AllotBudget extends Command {
  @Amount() amount!: string;
  @Currency() currency!: string;
  @FreeText({ description: 'The act that allots it.' }) reference!: string;
}
export class AdjustBudget extends Command {
  @SignedAmount({ description: 'What is added, or taken away.' }) delta!: string;
  @Currency() currency!: string;
  @FreeText() reason!: string;
}

function idOf(command: Command): { programmeId: string; fiscalYear: number; budgetId: string } {
  const programmeId = parseProgrammeId(command.param('programmeId'));
  const year = command.param('fiscalYear');
  if (!/^2[0-9]{3}$/.test(year))
    throw new DomainError(
      'INVALID_FISCAL_YEAR',
      'The fiscal year is a year YYYY.',
      'invalid',
      'fiscalYear',
    );
  return { programmeId, fiscalYear: Number(year), budgetId: `${programmeId}-${year}` };
}

function parseDelta(text: string, currency: string): string {
  const amount = parseAmount(text.replace(/^-/, ''), currency, 'delta');
  return String(text.startsWith('-') ? -amount : amount);
}

export const budgetHandlers = commandHandlers(
  commandHandler(AllotBudget, async (command, { programmes }) => {
    const { programmeId, fiscalYear, budgetId } = idOf(command);
    const amountMinor = String(parseAmount(command.amount, command.currency));
    const { definition } = await programmes.of(programmeId);
    return {
      parts: [
        part(streams.budget(programmeId, fiscalYear), budgetDecider, {
          type: 'AllotBudget',
          programmeId,
          fiscalYear,
          currency: command.currency,
          programmeCurrency: definition.currency,
          amountMinor,
          reference: command.reference,
        }),
      ],
      answer: { budgetId },
      status: 201,
    };
  }),
  commandHandler(AdjustBudget, (command) => {
    const { programmeId, fiscalYear, budgetId } = idOf(command);
    const deltaMinor = parseDelta(command.delta, command.currency);
    return {
      parts: [
        part(streams.budget(programmeId, fiscalYear), budgetDecider, {
          type: 'AdjustBudget',
          deltaMinor,
          currency: command.currency,
          reason: command.reason,
        }),
      ],
      answer: { budgetId },
    };
  }),
);
