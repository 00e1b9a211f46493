import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leaveOut } from '../support/left-out.js';
import {
  balance,
  bookings,
  camt053,
  camt054,
  entry,
  GROUP,
  HEAD,
  NAMESPACE,
  pain002,
  readAll,
  refusalOf,
  statuses,
  transaction,
} from './bank-messages.js';

const samples = join(
  process.env.REFERENCE_DATA ?? join(import.meta.dirname, '../../../../shared/data'),
  'iso20022/samples',
);

/** Per sample: entries by kind, references and amounts that were counted by hand. */
const SAMPLES: Readonly<
  Record<
    string,
    {
      readonly counts: Record<string, number>;
      readonly type: string;
      readonly amounts: readonly string[];
      readonly findings: readonly string[];
    }
  >
> = {
  'svapnil__pain_002_batch_rejected.xml': {
    type: 'pain.002.001.03',
    counts: { 'status/group': 1 },
    amounts: [],
    findings: [],
  },
  'svapnil__pain_002_transaction_rejected.xml': {
    type: 'pain.002.001.03',
    counts: { 'status/transaction': 3, 'status/batch': 1, 'status/group': 1 },
    amounts: [],
    findings: [],
  },
  'svapnil__pain_002_v3_accepted.xml': {
    type: 'pain.002.001.03',
    counts: { 'status/transaction': 1 },
    amounts: ['1000 USD'],
    findings: [],
  },
  'genkgo__camt053.v8.xml': {
    type: 'camt.053.001.08',
    counts: { balance: 4, 'booking/transaction': 1 },
    amounts: ['1815 EUR', '? SEK', '3500 CHF', '2700 JPY', '? SEK'],
    findings: [],
  },
  // It announces two transactions of 6.30 and has three of 9.50.
  'genkgo__camt054.v8.xml': {
    type: 'camt.054.001.08',
    counts: { 'booking/transaction': 3 },
    amounts: ['310 CHF', '320 CHF', '320 CHF'],
    findings: ['COUNT_DIFFERS Btch', 'SUM_DIFFERS Btch'],
  },
  'moov-io__200519_camt054-returns_p_ch2909000000250094239_1109800798_0_2019052023472022.xml': {
    type: 'camt.054.001.04',
    counts: { 'booking/transaction': 1 },
    amounts: ['40000 CHF'],
    findings: [],
  },
};

describe('messages that banks have sent', () => {
  if (!existsSync(samples)) {
    it('are left out', () =>
      leaveOut('bank messages: the sample messages of the reference data are not here'));
    return;
  }
  for (const family of ['pain.002', 'camt.053', 'camt.054']) {
    it.each(readdirSync(join(samples, family)))(
      `reads ${family} %s to the last amount`,
      async (name) => {
        const known = SAMPLES[name];
        const { entries, end } = await readAll(readFileSync(join(samples, family, name)));
        expect(end.counts).toEqual(known?.counts ?? expect.anything());
        expect(end.messages).toHaveLength(1);
        if (!known) return;
        expect(end.messages[0]!.messageType).toBe(known.type);
        expect(
          entries.flatMap(({ amount }) =>
            amount ? [`${amount.amountMinor ?? '?'} ${amount.currency}`] : [],
          ),
        ).toEqual(known.amounts);
        expect(end.findings.map(({ code, element }) => `${code} ${element}`)).toEqual(
          known.findings,
        );
      },
    );
    it(`reads ${family} the same one byte at a time`, async () => {
      for (const name of readdirSync(join(samples, family))) {
        const bytes = readFileSync(join(samples, family, name));
        const [whole, bytewise] = [await readAll(bytes), await readAll(bytes, 1)];
        expect(bytewise).toEqual(whole);
      }
    });
  }

  it('keeps a Swiss return with its references, reason and days', async () => {
    const { entries } = await readAll(
      readFileSync(join(samples, 'camt.054', Object.keys(SAMPLES).at(-1)!)),
    );
    expect(bookings(entries)[0]).toMatchObject({
      direction: 'credit',
      status: 'BOOK',
      bookedOn: '2019-05-20',
      valueOn: '2019-05-20',
      bankCode: 'PMNT/ICDT/RRTN',
      returned: true,
      returnReason: 'AC01',
      references: {
        bank: '180327CH02P92DYD',
        batchId: 'PmtInfId-004-01',
        instructionId: 'InstrId-004-01-01',
        endToEndId: 'EndToEndId-004-01-01',
      },
    });
  });
});

const ACCEPTED = `${GROUP}<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>0001230</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>`;

describe('as senders write it', () => {
  const prefixed = (text: string, prefix: string): string =>
    text.replaceAll(/<(\/?)([A-Z])/g, `<$1${prefix}:$2`).replace('xmlns=', `xmlns:${prefix}=`);
  const plain = pain002(ACCEPTED);
  const body = plain.slice(plain.indexOf('<Document'));
  const header =
    '<h:AppHdr xmlns:h="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><h:BizMsgIdr>BIZ-7</h:BizMsgIdr><h:MsgDefIdr>pain.002.001.10</h:MsgDefIdr></h:AppHdr>';
  it.each([
    ['a prefix', prefixed(plain, 'ns2')],
    [
      'an envelope with a business header',
      `<Envelope xmlns="urn:some:envelope">${header}${body}</Envelope>`,
    ],
    [
      'a header before the document in a soap body',
      `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><x/></s:Header><s:Body><m>${header}${prefixed(body, 'p')}</m></s:Body></s:Envelope>`,
    ],
    ['no namespace', plain.replace(/ xmlns="[^"]*"/, '')],
    ['xmlns with a capital', plain.replace(' xmlns=', ' Xmlns=')],
    [
      'a schema location only',
      plain.replace(
        ' xmlns="',
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="',
      ),
    ],
    [
      'a national variant',
      plain.replace(
        'urn:iso:std:iso:20022:tech:xsd:pain.002.001.10',
        'http://www.six-interbank-clearing.com/de/pain.002.001.10.ch.03.xsd',
      ),
    ],
    ['spaces and lines', plain.replaceAll('><', '>\r\n\t <').replace('0001230', '\n  0001230  ')],
    [
      'CDATA, comments and instructions',
      plain
        .replace('0001230', '<![CDATA[0001]]><!-- here --><?pi x?>230')
        .replace('<TxSts>', '<!-- <TxSts>RJCT</TxSts> --><TxSts>'),
    ],
    ['character references', plain.replace('0001230', '&#48;&#x30;01230')],
    ['a byte-order mark', `\uFEFF${plain}`],
  ])('reads %s', async (_, text) => {
    const { entries, end } = await readAll(text);
    expect(statuses(entries)).toMatchObject([
      {
        scope: 'transaction',
        status: 'ACCP',
        original: { messageId: 'ASD-1', batchId: 'B1', endToEndId: '0001230' },
      },
    ]);
    expect(end.findings).toEqual([]);
    expect(end.messages[0]!.messageId).toBe('BANK-1');
  });

  it.each(['03', '10', '14'])('reads pain.002.001.%s', async (version) => {
    expect((await readAll(pain002(ACCEPTED, version))).end.messages[0]!.messageType).toBe(
      `pain.002.001.${version}`,
    );
  });

  const accented = camt054(
    entry('1.50', '', 'DBIT', '<RvslInd>true</RvslInd>').replace(
      '<Cd>BOOK</Cd>',
      '<Prtry>reçu</Prtry>',
    ),
  );
  const encodings: [string, Buffer][] = [
    [
      'UTF-16 little-endian',
      Buffer.from(`\uFEFF${accented.replace('UTF-8', 'UTF-16')}`, 'utf16le'),
    ],
    [
      'UTF-16 big-endian',
      Buffer.from(`\uFEFF${accented.replace('UTF-8', 'UTF-16')}`, 'utf16le').swap16(),
    ],
    ['UTF-16 without a mark', Buffer.from(accented.replace('UTF-8', 'UTF-16LE'), 'utf16le')],
    ['ISO-8859-1', Buffer.from(accented.replace('UTF-8', 'ISO-8859-1'), 'latin1')],
    ['UTF-8 that calls itself UTF-16', Buffer.from(accented.replace('UTF-8', 'UTF-16'))],
  ];
  it.each(encodings)('reads %s', async (_, bytes) => {
    for (const chunk of [1, 7, 65_536])
      expect(bookings((await readAll(bytes, chunk)).entries)).toMatchObject([
        { status: 'reçu', reversal: true, amount: { amountMinor: '150' } },
      ]);
  });

  it('reads several messages in one file', async () => {
    const { end } = await readAll(`<all>${body}${camt054(entry('1')).replace(/^.*\n/, '')}</all>`);
    expect(end.messages.map(({ family }) => family)).toEqual(['pain.002', 'camt.054']);
  });
});

describe('statuses', () => {
  it('hands out transaction, batch and group in that order, and lets a transaction inherit', async () => {
    const { entries } = await readAll(
      pain002(`<OrgnlGrpInfAndSts><OrgnlMsgId>ASD-1</OrgnlMsgId><OrgnlNbOfTxs>0002</OrgnlNbOfTxs><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
      <OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf><StsRsnInf><Rsn><Prtry>own</Prtry></Rsn></StsRsnInf>
      <TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><OrgnlUETR>8A562C67-CA16-48BA-B074-65581BE6F011</OrgnlUETR></TxInfAndSts></OrgnlPmtInfAndSts>`),
    );
    expect(statuses(entries)).toMatchObject([
      {
        scope: 'transaction',
        status: 'RJCT',
        inherited: true,
        original: { endToEndId: 'E1', uetr: '8a562c67-ca16-48ba-b074-65581be6f011' },
      },
      {
        scope: 'batch',
        status: 'RJCT',
        reasons: ['AC04'],
        proprietaryReasons: ['own'],
        original: { batchId: 'B1' },
      },
      { scope: 'group', status: 'PART', original: { messageId: 'ASD-1', count: '0002' } },
    ]);
  });
  it('does not choose between two statuses of one transfer', async () => {
    const { entries } = await readAll(
      pain002(ACCEPTED.replace('</TxSts>', '</TxSts><TxSts>RJCT</TxSts>')),
    );
    expect(entries[0]!.problems).toEqual([{ code: 'ELEMENT_TWICE', element: 'TxSts' }]);
  });
});

describe('bookings', () => {
  it('gives every transaction of a batch its own amount and references', async () => {
    const details = `<NtryDtls><Btch><PmtInfId>B1</PmtInfId><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="MAD">800.00</TtlAmt></Btch>${transaction('E1', '500.00')}${transaction('E2', '300')}</NtryDtls>`;
    const { entries, end } = await readAll(camt054(entry('800.00', details)));
    expect(bookings(entries)).toMatchObject([
      {
        scope: 'transaction',
        amount: { text: '500.00', amountMinor: '50000' },
        references: {
          endToEndId: 'E1',
          batchId: 'B1',
          uetr: '8a562c67-ca16-48ba-b074-65581be6f011',
        },
        bookedOn: '2025-12-03',
        valueOn: '2025-12-04',
      },
      { scope: 'transaction', amount: { amountMinor: '30000' }, references: { endToEndId: 'E2' } },
    ]);
    expect(end).toMatchObject({
      findings: [],
      turnover: [{ currency: 'MAD', debitMinor: '80000', creditMinor: '0' }],
    });
  });
  it('hands out a batch that has no details as one, and an entry that has neither', async () => {
    const { entries } = await readAll(
      camt054(
        entry(
          '800.00',
          '<NtryDtls><Btch><PmtInfId>B1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch></NtryDtls>',
        ) + entry('3.00'),
      ),
    );
    expect(bookings(entries)).toMatchObject([
      { scope: 'batch', entry: 0, references: { batchId: 'B1' }, batch: { count: '2' } },
      { scope: 'entry', entry: 1 },
    ]);
  });
  it('lends the amount of an entry to its only transaction, never to one of two', async () => {
    const bare = '<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls>';
    const { entries } = await readAll(
      camt053(
        entry('5.00', `<NtryDtls>${bare}</NtryDtls>`) +
          entry('6.00', `<NtryDtls>${bare}${bare}</NtryDtls>`),
        '02',
      ),
    );
    expect(bookings(entries).map(({ amount }) => amount?.amountMinor)).toEqual([
      '500',
      undefined,
      undefined,
    ]);
  });
  it.each([
    ['too many decimals', '10.001', 'AMOUNT_INVALID'],
    ['a comma', '10,00', 'AMOUNT_INVALID'],
    ['an exponent', '1E3', 'AMOUNT_INVALID'],
    ['a sign', '-10.00', 'AMOUNT_INVALID'],
    ['words', 'NaN', 'AMOUNT_INVALID'],
  ])('refuses an amount with %s, and only that', async (_, amount, code) => {
    const { entries } = await readAll(camt054(entry(amount) + entry('1.00')));
    expect(entries.map(({ problems }) => problems.map((problem) => problem.code))).toEqual([
      [code],
      [],
    ]);
    expect(entries[0]!.amount).not.toHaveProperty('amountMinor');
  });
  it('knows no currency but those of the kernel, and needs one', async () => {
    const { entries } = await readAll(
      camt054(entry('1.00').replace('MAD', 'XYZ') + entry('1.00').replace(' Ccy="MAD"', '')),
    );
    expect(entries.map(({ problems }) => problems[0]!.code)).toEqual([
      'CURRENCY_UNKNOWN',
      'CURRENCY_MISSING',
    ]);
  });
  it('reads zeros before and after as the same amount', async () => {
    const { entries } = await readAll(
      camt054(['0500.00', '+500', '500.0', '500.'].map((amount) => entry(amount)).join('')),
    );
    expect(bookings(entries).map(({ amount }) => amount?.amountMinor)).toEqual([
      '50000',
      '50000',
      '50000',
      '50000',
    ]);
  });
  it('holds a statement against its own balances and sums', async () => {
    const summary =
      '<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>7.00</Sum></TtlNtries></TxsSummry>';
    const of = (closing: string, more = summary): string =>
      camt053(
        `${balance('OPBD', '10.00')}${balance('CLBD', closing)}${more}${entry('5.00')}${entry('2.00', '', 'CRDT')}`,
      );
    expect((await readAll(of('7.00'))).end.findings).toEqual([]);
    expect((await readAll(of('8.00'))).end.findings.map(({ code }) => code)).toEqual([
      'BALANCES_DIFFER',
    ]);
    expect(
      (await readAll(of('7.00', summary.replace('7.00', '7.01')))).end.findings.map(
        ({ code }) => code,
      ),
    ).toEqual(['SUM_DIFFERS']);
    expect(
      (await readAll(of('7.00', summary.replace('>2<', '>3<')))).end.findings.map(
        ({ code }) => code,
      ),
    ).toEqual(['COUNT_DIFFERS']);
  });
});

describe('refused, with a place', () => {
  const camt = camt054(entry('1.00'));
  it.each([
    ['nothing', '', 'FILE_EMPTY'],
    ['no message', '<a/>', 'MESSAGE_UNKNOWN'],
    [
      'a DOCTYPE',
      camt.replace('<Document', '<!DOCTYPE Document [<!ENTITY a "b">]><Document'),
      'DOCTYPE_REFUSED',
    ],
    [
      'entities within entities',
      `<!DOCTYPE a [<!ENTITY a "b"><!ENTITY b "&a;&a;">]>${camt.replace(/^.*\n/, '')}`,
      'DOCTYPE_REFUSED',
    ],
    ['an entity of its own', camt.replace('N1', '&xxe;'), 'XML_INVALID'],
    ['a tag that is not closed', camt.slice(0, -20), 'XML_INVALID'],
    ['tags that cross', camt.replace('</Id></Acct>', '</Acct></Id>'), 'XML_INVALID'],
    [
      'an undeclared prefix',
      camt.replace('<Ntfctn>', '<z:Ntfctn>').replace('</Ntfctn>', '</z:Ntfctn>'),
      'XML_INVALID',
    ],
    ['elements in a text', camt.replace('N1', '<x/>'), 'ELEMENT_UNEXPECTED'],
    ['elements too deep around it', `${'<x>'.repeat(100)}${'</x>'.repeat(100)}`, 'LIMIT_EXCEEDED'],
    [
      'elements too deep in what is not read',
      camt.replace('<Sts>', `<Chrgs>${'<x>'.repeat(100)}${'</x>'.repeat(100)}</Chrgs><Sts>`),
      'LIMIT_EXCEEDED',
    ],
    ['a name too long', camt.replace('<Sts>', `<${'x'.repeat(1_000)}/><Sts>`), 'LIMIT_EXCEEDED'],
    ['a text too long', camt.replace('N1', 'x'.repeat(10_000)), 'LIMIT_EXCEEDED'],
    [
      'a text too long in what is not read',
      camt.replace('<Sts>', `<Chrgs>${'x'.repeat(2_000_000)}</Chrgs><Sts>`),
      'LIMIT_EXCEEDED',
    ],
    [
      'a comment too long',
      camt.replace('<Sts>', `<!--${'x'.repeat(2_000_000)}--><Sts>`),
      'LIMIT_EXCEEDED',
    ],
    [
      'too many attributes',
      camt.replace(
        '<Sts>',
        `<Sts ${Array.from({ length: 100 }, (_, i) => `a${i}="1"`).join(' ')}>`,
      ),
      'LIMIT_EXCEEDED',
    ],
    [
      'an attribute too long',
      camt.replace('<Sts>', `<Sts a="${'x'.repeat(10_000)}">`),
      'LIMIT_EXCEEDED',
    ],
    ['another version', camt.replace('001.08', '001.99'), 'VERSION_UNKNOWN'],
    ['another message’s namespace', camt.replace('camt.054', 'camt.053'), 'NAMESPACE_DIFFERS'],
    ['text between elements', camt.replace('<Sts>', 'paid<Sts>'), 'TEXT_UNEXPECTED'],
    ['an unknown encoding', camt.replace('UTF-8', 'EBCDIC-FR'), 'ENCODING_UNKNOWN'],
  ])('%s', async (_, text, code) => {
    const refusal = await refusalOf(text);
    expect(refusal.code).toBe(code);
    expect(refusal.detail).toMatch(/^Line \d+, column \d+: ./);
  });
  it('bytes that are not of their encoding', async () => {
    expect((await refusalOf(Buffer.from(camt.replace('N1', 'é'), 'latin1'))).code).toBe(
      'ENCODING_INVALID',
    );
  });
  it('a document over its limit of bytes', async () => {
    expect((await refusalOf(camt, { limits: { bytes: 100 } })).code).toBe('LIMIT_EXCEEDED');
  });
  it('says where', async () => {
    expect(
      (
        await refusalOf(
          `<?xml version="1.0"?>\n<Document xmlns="${NAMESPACE}camt.054.001.08">\n<BkToCstmrDbtCdtNtfctn>\n  oops${HEAD}`,
        )
      ).place.line,
    ).toBe(4);
  });
});
