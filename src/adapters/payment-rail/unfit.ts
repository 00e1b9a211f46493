import { DomainError } from '../../kernel/errors.js';
import { RailError, type Instruction, type PaymentRail, type TransferOutline } from './port.js';

/** What a rail says of a transfer that it cannot write, by trying to. */
export const unfitBy =
  (
    write: (instruction: Instruction, outline: TransferOutline) => unknown,
  ): NonNullable<PaymentRail['unfit']> =>
  (instruction, outline) => {
    try {
      write(instruction, outline);
      return undefined;
    } catch (error) {
      if (error instanceof RailError && error.code === 'INSTRUCTION_INVALID') return error.detail;
      if (error instanceof DomainError) return error.detail;
      throw error;
    }
  };
