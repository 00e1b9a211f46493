import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { streams } from '../../src/kernel/ids.js';
import { formatAmount } from '../../src/kernel/money.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { listEntries } from '../../src/use-cases/statements/bank-lists.js';
import { documentOf, element } from '../support/xml.js';
import { payments, world, type Paid } from './bank-messages.fixtures.js';

export interface Booking {
  readonly amount: string;
  /** In TxDtls; more of them for several. */
  readonly details?: readonly string[];
  readonly direction?: 'DBIT' | 'CRDT';
  readonly inner?: string;
  readonly bookedOn?: string;
  readonly valueOn?: string;
}

export const amountOf = (text: string): string => `<Amt Ccy="MAD">${text}</Amt>`;
export const refs = (inner: string): string => `<Refs>${inner}</Refs>`;
export const e2e = (id: string, more = ''): string => refs(`<EndToEndId>${id}</EndToEndId>${more}`);

export function entryOf({
  amount,
  details = [],
  direction = 'DBIT',
  inner = '',
  bookedOn = '2026-01-05',
  valueOn = bookedOn,
}: Booking): string {
  const money = amount.startsWith('<') ? amount : amountOf(amount);
  const transactions = details.map((one) =>
    one.startsWith('<Btch>') ? one : element('TxDtls', one),
  );
  return element(
    'Ntry',
    money,
    element('CdtDbtInd', direction),
    element('Sts', 'BOOK'),
    element('BookgDt', element('Dt', bookedOn)),
    element('ValDt', element('Dt', valueOn)),
    element('BkTxCd', element('Prtry', element('Cd', 'X'))),
    inner,
    transactions.length === 0 ? '' : element('NtryDtls', ...transactions),
  );
}

export const statementOf = (
  entries: readonly Booking[],
  account: string | undefined = asdProgramme.debtor.iban,
  family: 'camt.053' | 'camt.054' = 'camt.053',
): string => {
  const [root, report] =
    family === 'camt.053' ? ['BkToCstmrStmt', 'Stmt'] : ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'];
  const made = element('CreDtTm', '2026-01-05T23:00:00');
  const body = element(
    report!,
    element('Id', 'S-1-1'),
    made,
    account === '' ? '' : element('Acct', element('Id', element('IBAN', account))),
    ...entries.map(entryOf),
  );
  const head = element('GrpHdr', element('MsgId', 'S-1'), made);
  const document = documentOf(`${family}.001.04`, element(root!, head, body));
  return `<?xml version="1.0" encoding="UTF-8"?>${document}`;
};

export const money = ({ amountMinor }: Paid, by = 0n): string =>
  formatAmount(BigInt(amountMinor) + by, 'MAD');

export async function two(): Promise<readonly [Paid, Paid]> {
  const [one, other] = await payments();
  return [one!, other!];
}

export const statusOf = async ({ paymentId }: Paid): Promise<string> =>
  foldPayment(await world.engine.store.readStream(streams.payment(paymentId))).status;

export async function entries() {
  const now = new Date().toISOString();
  return (await listEntries(world.engine.store, { now, limit: 100 })).items;
}
export const waiting = async (): Promise<[string, string | undefined][]> =>
  (await entries()).map(({ code, amountMinor }) => [code, amountMinor]);

export async function breaksOf({ paymentId }: Paid): Promise<readonly string[]> {
  const events = await world.engine.store.readStream(streams.payment(paymentId));
  return events.flatMap((event) =>
    event.type === 'PaymentBreakRecorded' ? [event.data.kind] : [],
  );
}
