import { DomainError } from '../../kernel/errors.js';
import { parseAmount, plainDecimal } from '../../kernel/money.js';
import type { SentMessage } from '../instructions/sent-messages.rule.js';
import type { Verdict } from './bank-verdict.rule.js';

type OfMessage = Extract<Verdict, { kind: 'message' }>;

/** What the bank says of a message of ours, where it is not what was sent. */
export function differenceFrom(
  message: SentMessage,
  {
    exactly,
    outcome,
  }: Pick<OfMessage, 'exactly'> & { readonly outcome: Pick<OfMessage['outcome'], 'currency'> },
): string | undefined {
  const { count, totalMinor, controlSum } = exactly;
  const { currency } = message;
  const sum = totalMinor ?? (controlSum === undefined ? undefined : minorOf(controlSum, currency));
  const isSame =
    (count === undefined || (/^\d{1,15}$/.test(count) && Number(count) === message.count)) &&
    (controlSum === undefined || sum !== undefined) &&
    (sum === undefined || sum === message.totalMinor) &&
    (outcome.currency === undefined || outcome.currency === currency);
  if (isSame) return undefined;
  // Anything but a number may be somebody's name.
  const counted = /^[\d.,+-]{1,20}$/.test(count ?? '') ? count : 'some';
  const said = `${counted} payments${sum === undefined ? '' : ` of ${sum} minor units`}`;
  return `The entry is about ${said}${outcome.currency === undefined ? '' : ` in ${outcome.currency}`}; ${message.messageId} has ${message.count} of ${message.totalMinor} in ${currency}.`;
}

/** A sum as written, without a currency, in minor units; undefined where it cannot be read. */
function minorOf(text: string, currency: string): string | undefined {
  const plain = plainDecimal(text);
  if (plain === undefined) return undefined;
  try {
    return String(parseAmount(plain, currency));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return undefined;
  }
}
