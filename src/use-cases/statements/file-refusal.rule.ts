import type {
  BankMessageEnd,
  BankMessageHead,
} from '../../adapters/payment-rail/iso20022/incoming/port.js';
import type { Actor } from '../../kernel/decider.js';
import { firstOf } from '../../kernel/text.js';
import { HANDED_OVER, type BankMessageState } from '../../statement/message.decider.js';

/**
 * Entries of one file that a person would have to look at one by one: beyond this, the file is not
 * for us.
 */
export const MAX_UNCLEAR = 100_000;

/** Digits of minor units that an event can hold. */
const MAX_DIGITS = 18;

export const isTooLarge = (minor: string): boolean => minor.length > MAX_DIGITS;

/** No event could say what such a file comes to, so none of it is applied, whoever releases it. */
export function tooLarge(
  { turnover }: Pick<BankMessageEnd, 'turnover'>,
  entryIsTooLarge: boolean,
): FileRefusal | undefined {
  const sums = turnover.flatMap(({ debitMinor, creditMinor }) => [debitMinor, creditMinor]);
  if (!entryIsTooLarge && !sums.some(isTooLarge)) return undefined;
  return {
    code: 'AMOUNT_TOO_LARGE',
    detail: `An entry, or all debits or credits together, are of more than ${MAX_DIGITS} digits of minor units. Ask the sender for files of fewer entries, or whether the amounts are right.`,
  };
}

/** Why a bank's file is not applied. */
export interface FileRefusal {
  readonly code: string;
  readonly detail: string;
  readonly findings?: number;
}

/** Somebody looked at what was found in the file and released it in spite of that. */
export const isInSpite = ({ status, code }: Pick<BankMessageState, 'status' | 'code'>): boolean =>
  status === 'released' && code !== HANDED_OVER;

/**
 * What a person hands over is a bank's word only as far as they can be believed, who may have
 * written it: another one releases it. Payment systems and the folder of a bank speak for the bank.
 */
export const waitsForAnother = (
  { status, isDelivered }: Pick<BankMessageState, 'status' | 'isDelivered'>,
  { role }: Pick<Actor, 'role'>,
): FileRefusal | undefined =>
  status === 'released' || isDelivered || role === 'payment-system'
    ? undefined
    : {
        code: HANDED_OVER,
        detail:
          'Nothing is wrong with this file; a person handed it over, and it is applied when another one releases it.',
      };

/**
 * Why a file that was read to its end is not applied; undefined where it is.
 * @param released a person looked at it and wants it applied as far as it is clear
 */
export function refusalOf(
  {
    end,
    unclear,
    otherSums,
  }: {
    readonly end: Pick<BankMessageEnd, 'findings' | 'findingCount'>;
    readonly unclear: number;
    readonly otherSums?: FileRefusal;
  },
  released: boolean,
): FileRefusal | undefined {
  if (unclear > MAX_UNCLEAR)
    return {
      code: 'TOO_MANY_UNCLEAR',
      detail: `${unclear} entries name no payment of ours; at most ${MAX_UNCLEAR} are looked at one by one. Ask the sender for a file about these payments.`,
    };
  const first = end.findings[0];
  if (released) return undefined;
  if (first === undefined) return otherSums;
  return {
    code: first.code,
    detail: firstOf(
      `Line ${first.place.line}, column ${first.place.column}: ${first.detail}`,
      1_000,
    ),
    findings: end.findingCount,
  };
}

/** The day that each message of a file gives itself, where that is a date. */
export const saidOn = ({
  messages,
}: {
  readonly messages: readonly Pick<BankMessageHead, 'createdAt'>[];
}): readonly (string | undefined)[] => messages.map(dayOf);

function dayOf({ createdAt }: Pick<BankMessageHead, 'createdAt'>): string | undefined {
  const day = createdAt?.slice(0, 10);
  return day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day))
    ? day
    : undefined;
}
