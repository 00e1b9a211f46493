import type { WrittenFile } from '../../adapters/payment-rail/port.js';
import type { InstructionEvent } from './reinstruction-files.js';

/** @param files undefined while they are being made */
export const messagesOf = (
  files: readonly WrittenFile[] | undefined,
): ReadonlySet<string> | undefined => files && new Set(files.map(({ messageId }) => messageId));

export const byMessage = (files: readonly WrittenFile[]): ReadonlyMap<string, WrittenFile> =>
  new Map(files.map((file) => [file.messageId, file]));

/** Whether the file of one of the messages is not recorded yet. */
export function hasUnrecorded(
  messages: ReadonlyMap<string, unknown>,
  recorded: readonly WrittenFile[],
): boolean {
  const files = byMessage(recorded);
  return [...messages.keys()].some((messageId) => !files.has(messageId));
}

/**
 * Whether it is of the cycle's own instruction, which has its files made. While that is under way,
 * every first instruction is.
 * @param first the messages of the cycle's own instruction
 */
export const isOfCycle = (
  event: InstructionEvent,
  first: ReadonlySet<string> | undefined,
): boolean => (first ? first.has(event.data.messageId) : event.type === 'PaymentInstructed');
