import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { streams } from '../../src/kernel/ids.js';
import { formatAmount } from '../../src/kernel/money.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { listEntries } from '../../src/use-cases/statements/bank-lists.js';
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
  return (
    `<Ntry>${money}<CdtDbtInd>${direction}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>${bookedOn}</Dt></BookgDt>` +
    `<ValDt><Dt>${valueOn}</Dt></ValDt><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>${inner}` +
    `${details.length === 0 ? '' : `<NtryDtls>${details.map((one) => (one.startsWith('<Btch>') ? one : `<TxDtls>${one}</TxDtls>`)).join('')}</NtryDtls>`}</Ntry>`
  );
}

export const statementOf = (
  entries: readonly Booking[],
  account: string | undefined = asdProgramme.debtor.iban,
  family: 'camt.053' | 'camt.054' = 'camt.053',
): string => {
  const [root, element] =
    family === 'camt.053' ? ['BkToCstmrStmt', 'Stmt'] : ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'];
  const acct = account === '' ? '' : `<Acct><Id><IBAN>${account}</IBAN></Id></Acct>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:${family}.001.04"><${root}><GrpHdr><MsgId>S-1</MsgId><CreDtTm>2026-01-05T23:00:00</CreDtTm></GrpHdr><${element}><Id>S-1-1</Id><CreDtTm>2026-01-05T23:00:00</CreDtTm>${acct}${entries.map(entryOf).join('')}</${element}></${root}></Document>`;
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
