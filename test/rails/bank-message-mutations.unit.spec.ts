import { describe, expect, it } from '@jest/globals';
import {
  BankMessageError,
  type BankEntry,
} from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { ran } from '../support/effort.js';
import { mutated } from '../support/mutations.js';
import {
  balance,
  camt053,
  camt054,
  entry,
  GROUP,
  pain002,
  readAll,
  transaction,
} from './bank-messages.js';

const SEEDS = [
  pain002(
    `${GROUP.replace('</OrgnlGrpInfAndSts>', '<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>')}<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy="MAD">500.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>`,
  ),
  camt054(
    entry(
      '800.00',
      `<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>${transaction('E1', '500.00')}${transaction('E2', '300.00', '<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf>')}</NtryDtls>`,
    ),
  ),
  camt053(
    `${balance('OPBD', '10.00')}${balance('CLBD', '5.00')}${entry('5.00', `<NtryDtls>${transaction('E1', '5.00')}</NtryDtls>`)}`,
  ),
];

/** An amount is exact and what its text says, or there is a problem with it. */
const sound = ({ amount, problems }: BankEntry): boolean =>
  amount === undefined ||
  (amount.amountMinor === undefined
    ? problems.length > 0
    : Number(amount.text) * 100 === Number(amount.amountMinor) ||
      !['MAD'].includes(amount.currency));

describe('ten thousand mutated messages', () => {
  it('are read, or refused with a reason and a place, and no amount is guessed', async () => {
    const outcomes: Record<string, number> = {};
    for (let run = 0; run < 10_000; run += 1) {
      const bytes = mutated(run, SEEDS);
      let outcome: string;
      try {
        const { entries, end } = await readAll(bytes);
        if (!entries.every(sound)) throw new Error(`run ${run} guessed an amount`);
        outcome =
          end.findingCount > 0 || entries.some(({ problems }) => problems.length > 0)
            ? 'noted'
            : 'read';
      } catch (error) {
        if (!(error instanceof BankMessageError))
          throw new Error(`run ${run} crashed the reader`, { cause: error });
        const lines = bytes.toString('latin1').split('\n').length;
        if (
          error.reason.length < 10 ||
          error.place.line < 1 ||
          error.place.line > lines + 1 ||
          error.place.column < 1
        )
          throw new Error(`run ${run} has no reason or place`, { cause: error });
        outcome = error.code;
      }
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(10_000);
    ran('fuzz inputs', 10_000);
    for (const outcome of [
      'read',
      'noted',
      'XML_INVALID',
      'ENCODING_INVALID',
      'DOCTYPE_REFUSED',
      'TEXT_UNEXPECTED',
    ])
      expect(outcomes[outcome]).toBeGreaterThan(0);
  });
});
