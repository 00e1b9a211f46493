import type { Instruction, MessageOutline } from '../../src/adapters/payment-rail/port.js';
import { ribOf } from '../../src/kernel/accounts.js';
import { FIRST_NAMES, SURNAMES } from '../../src/cli/sample-households/names.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import { uuidOf } from '../../src/kernel/ids.js';

/** The same payments for both contenders: names in both scripts, all kinds of payees. */
export const OUTLINE: MessageOutline = {
  messageId: 'ASD-2026-01-0001',
  createdAt: '2026-01-27T08:00:00.000Z',
  executionDate: '2026-01-28',
  currency: 'MAD',
  debtor: {
    name: 'Trésorerie fictive du programme ASD',
    iban: 'MA64000000000000000000123481',
    bic: 'SNADMAMR',
  },
  format: 'pain.001.001.09',
  characters: 'latin',
};

const PAGE = 500;
const made: Instruction[][] = [];

/**
 * Pages of instructions, made a few thousand at a time so that neither contender is measured making
 * ids.
 */
function pageOf(page: number): Instruction[] {
  return Array.from({ length: PAGE }, (_, n) => {
    const i = page * PAGE + n;
    const paymentId = `asd-2026-01-${uuidOf('bench', i)}`;
    const first = FIRST_NAMES[i % FIRST_NAMES.length]!;
    const last = SURNAMES[i % SURNAMES.length]!;
    const name = i % 3 === 0 ? `${first[1]} ${last[1]}` : `${first[0]} ${last[0]}`;
    const payee = payeeOf(i, name);
    return {
      paymentId,
      attempt: 1,
      endToEndId: endToEndIdOf(paymentId, 1),
      amountMinor: BigInt(50_000 + (i % 97) * 100),
      currency: 'MAD',
      payee,
      remittance: 'Aide sociale directe 2026-01',
    };
  });
}

/** A wallet in ten, a little cash, and bank accounts. */
function payeeOf(i: number, name: string): Instruction['payee'] {
  if (i % 10 === 0)
    return { name, kind: 'wallet', account: `+2126${String(i % 100_000_000).padStart(8, '0')}` };
  if (i % 23 === 0) return { name, kind: 'cash', account: `AB${i}` };
  return { name, kind: 'rib', account: ribOf('350', '780', String(i).padStart(16, '0')) };
}

const DISTINCT = 40;
/** `count` instructions: forty different pages, over and over. */
export function* instructions(count: number): Generator<readonly Instruction[]> {
  for (let from = 0, page = 0; from < count; from += PAGE, page += 1) {
    made[page % DISTINCT] ??= pageOf(page % DISTINCT);
    const whole = made[page % DISTINCT]!;
    yield count - from >= PAGE ? whole : whole.slice(0, count - from);
  }
}
