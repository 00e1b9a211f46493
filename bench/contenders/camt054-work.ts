import { closeSync, openSync, writeSync } from 'node:fs';

/**
 * A notification with one entry a payment, as banks write them: a transaction with references,
 * parties, accounts and a text.
 */
export const OPENING = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>BK202601290001</MsgId><CreDtTm>2026-01-29T08:00:00</CreDtTm></GrpHdr>
<Ntfctn><Id>BK202601290001-1</Id><CreDtTm>2026-01-29T08:00:00</CreDtTm><Acct><Id><IBAN>MA64007810000000000000000109</IBAN></Id><Ccy>MAD</Ccy></Acct>
`;
export const CLOSING = '</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n';

export function entryText(number: number, endToEndId: string, amountMinor: string): string {
  const amount = `${amountMinor.slice(0, -2)}.${amountMinor.slice(-2)}`;
  return (
    `<Ntry><NtryRef>${number}</NtryRef><Amt Ccy="MAD">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-29</Dt></BookgDt><ValDt><Dt>2026-01-29</Dt></ValDt><AcctSvcrRef>BK${number}</AcctSvcrRef>` +
    '<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>' +
    `<Refs><AcctSvcrRef>BK${number}</AcctSvcrRef><InstrId>${endToEndId}</InstrId><EndToEndId>${endToEndId}</EndToEndId></Refs><Amt Ccy="MAD">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>` +
    `<RltdPties><Cdtr><Pty><Nm>Payee ${number}</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>${String(number).padStart(24, '0')}</Id></Othr></Id></CdtrAcct></RltdPties><RmtInf><Ustrd>Aide sociale directe 2026-01</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n`
  );
}

/** A file written in pieces of a megabyte. */
export function textFile(path: string): { write(text: string): void; end(): void } {
  const file = openSync(path, 'w');
  let pending = '';
  const flush = (): void => {
    writeSync(file, pending);
    pending = '';
  };
  return {
    write(text) {
      pending += text;
      if (pending.length > 1_000_000) flush();
    },
    end() {
      flush();
      closeSync(file);
    },
  };
}
