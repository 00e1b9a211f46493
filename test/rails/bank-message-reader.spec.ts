import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BookedEntry, StatusEntry } from '../../src/adapters/payment-rail/incoming/port.js';
import { readBankMessage } from '../../src/adapters/payment-rail/incoming/reader.js';
import { camtOf, encoded, inPieces, pain002Of, readAll, type Said } from '../support/bank-messages.js';
import { leaveOut } from '../support/left-out.js';

const samples = join(process.env.REFERENCE_DATA ?? join(process.cwd(), '../shared/data'), 'iso20022/samples');
const SAID: readonly Said[] = [{ endToEndId: 'E1', amount: '500.00', what: 'settled' }, { endToEndId: 'E2', amount: '0.05', what: 'returned', reason: 'AC04' }];
const booked = (entries: readonly unknown[]): readonly BookedEntry[] => entries.filter((entry): entry is BookedEntry => (entry as BookedEntry).kind === 'booking');

describe('published messages', () => {
  const read = async (family: string, part: string) => {
    const name = readdirSync(join(samples, family)).find((each) => each.includes(part))!;
    return readAll(readFileSync(join(samples, family, name)), { pieces: 97 });
  };
  it('are read, with their totals', async () => {
    if (!existsSync(samples)) return leaveOut('No published bank message was read: they are not at hand (set REFERENCE_DATA).');
    let files = 0;
    for (const family of ['pain.002', 'camt.053', 'camt.054']) {
      for (const name of readdirSync(join(samples, family))) {
        const { end, entries } = await readAll(readFileSync(join(samples, family, name)));
        expect(end.messages).toHaveLength(1);
        expect(end.messages[0]!.messageType).toMatch(new RegExp(`^${family}\\.001\\.\\d\\d$`));
        expect(entries.length).toBeGreaterThan(0);
        expect(end.findings).toEqual([]);
        files += 1;
      }
    }
    expect(files).toBeGreaterThanOrEqual(6);
  });

  it('pain.002: a group rejected, and a batch with its transactions', async () => {
    if (!existsSync(samples)) return;
    const group = await read('pain.002', 'batch_rejected');
    expect(group.entries).toEqual([expect.objectContaining({ scope: 'group', status: 'RJCT', reasons: ['NARR'], original: { messageType: 'pain.008.001.02', count: '0', controlSum: '0.0000' } })]);
    const batch = await read('pain.002', 'transaction_rejected');
    expect(batch.entries.map((entry) => (entry as StatusEntry).scope)).toEqual(['transaction', 'transaction', 'transaction', 'batch', 'group']);
    expect(batch.entries[0]).toMatchObject({ status: 'RJCT', original: { messageId: 'missing2', batchId: 'missing2', instructionId: 'example01234567', endToEndId: 'sanity-10-1-12-1-21' }, place: { line: 28 } });
    const accepted = await read('pain.002', 'accepted');
    expect(accepted.entries).toMatchObject([{ status: 'ACCP', amount: { text: '10.00', currency: 'USD', amountMinor: '1000' }, reference: 'I200820000XXXXX' }]);
  });

  it('camt.054: a batch with three transactions, and a return', async () => {
    if (!existsSync(samples)) return;
    const batch = booked((await read('camt.054', 'genkgo')).entries);
    expect(batch.map(({ amount }) => amount?.amountMinor)).toEqual(['310', '320', '320']);
    expect(batch[0]).toMatchObject({ entryDirection: 'debit', direction: 'credit', batch: { count: '2', total: { amountMinor: '630', currency: 'CHF' } }, bookedOn: '2007-10-18' });
    const back = await read('camt.054', 'moov');
    expect(back.entries).toMatchObject([{ direction: 'credit', returned: true, returnReason: 'AC01', bankCode: 'PMNT/ICDT/RRTN', references: { endToEndId: 'EndToEndId-004-01-01' }, amount: { amountMinor: '40000' } }]);
    expect(back.end.turnover).toEqual([{ currency: 'CHF', debitMinor: '0', creditMinor: '40000' }]);
  });

  it('camt.053: balances and entries, an amount in a currency that is not known kept as text', async () => {
    if (!existsSync(samples)) return;
    const { entries, end } = await read('camt.053', 'genkgo');
    expect(end.counts).toEqual({ balance: 4, 'booking/transaction': 1 });
    expect(entries[0]).toMatchObject({ kind: 'balance', code: 'OPBD', amount: { amountMinor: '1815', currency: 'EUR' }, direction: 'credit', on: '2014-12-30' });
    expect(entries[1]).toMatchObject({ code: 'CLBD', amount: { text: '27.00', currency: 'SEK' }, problems: [{ code: 'CURRENCY_UNKNOWN', element: 'Amt' }] });
    expect(end.turnover).toEqual([{ currency: 'EUR', debitMinor: '0', creditMinor: '885' }]);
  });
});

describe('as senders really write it', () => {
  const dresses = {
    'without a prefix': {}, 'with a prefix': { prefix: 'ns2' }, 'behind a business header': { wrap: 'header', prefix: 'doc' }, 'in an envelope': { wrap: 'envelope' },
    'with CDATA, comments and other line ends': { cdata: true, comments: true, eol: '\r\n\t' },
  } as const;
  const outlines = new Map<string, string>();
  for (const [name, dress] of Object.entries(dresses)) {
    it(name, async () => {
      for (const version of ['02', '04', '08']) {
        const { entries, end } = await readAll(camtOf('camt.054', SAID, { ...dress, version }), { pieces: 13 });
        const outline = JSON.stringify(booked(entries).map(({ place: _place, ...rest }) => rest));
        expect(outlines.get(version) ?? outline).toBe(outline);
        outlines.set(version, outline);
        expect(booked(entries)).toMatchObject([
          { direction: 'debit', status: 'BOOK', amount: { amountMinor: '50000' }, references: { endToEndId: 'E1' }, bookedOn: '2026-01-29', valueOn: '2026-01-30', returned: false },
          { direction: 'credit', amount: { amountMinor: '5' }, references: { endToEndId: 'E2' }, returned: true, returnReason: 'AC04' },
        ]);
        expect(end).toMatchObject({ messages: [{ messageType: `camt.054.001.${version}`, messageId: 'BANK-1' }], findingCount: 0 });
      }
      for (const version of ['03', '10', '14']) {
        const { entries } = await readAll(pain002Of(SAID, { ...dress, version }), { pieces: 13 });
        expect(entries).toMatchObject([{ status: 'ACSC', original: { endToEndId: 'E1' } }, { status: 'RJCT', reasons: ['AC04'] }]);
      }
    });
  }

  it('in the encodings that they have', async () => {
    const text = (encoding: string): string => camtOf('camt.054', [{ ...SAID[0]!, endToEndId: 'É1' }], { encoding });
    for (const [encoding, bytes] of [
      ['UTF-8', 'utf-8'], ['UTF-8', 'utf-8-bom'], ['UTF-16', 'utf-16le'], ['UTF-16', 'utf-16be'], ['ISO-8859-1', 'latin1'], ['windows-1252', 'latin1'], ['utf-16', 'utf-8'],
    ] as const) {
      for (const pieces of [1, 7, 4_096]) {
        const { entries } = await readAll(encoded(text(encoding), bytes), { pieces });
        expect(booked(entries)[0]!.references.endToEndId).toBe('É1');
      }
    }
  });

  it('with the type where no namespace tells it', async () => {
    const odd = pain002Of(SAID).replace('<Document xmlns=', '<Document Xmlns=');
    expect((await readAll(odd)).end.messages).toMatchObject([{ messageType: 'pain.002.001.10' }]);
    expect((await readAll(pain002Of(SAID).replace(/ xmlns="[^"]*"/, ''))).end.messages).toMatchObject([{ messageType: 'pain.002' }]);
    const swiss = camtOf('camt.054', SAID, { version: '04' }).replace('urn:iso:std:iso:20022:tech:xsd:camt.054.001.04', 'http://www.six-interbank-clearing.com/de/camt.054.001.04.ch.02.xsd');
    expect((await readAll(swiss)).end.messages).toMatchObject([{ messageType: 'camt.054.001.04' }]);
  });

  it('several messages in one file', async () => {
    const body = (text: string): string => text.slice(text.indexOf('<Document'));
    const { end } = await readAll(`<All>${body(pain002Of(SAID))}${body(camtOf('camt.053', SAID))}</All>`);
    expect(end.messages.map(({ family }) => family)).toEqual(['pain.002', 'camt.053']);
    expect(end.counts).toEqual({ 'status/transaction': 2, balance: 1, 'booking/transaction': 2 });
  });

  it('a batch that is booked as one, an entry without details, and a single transaction without an amount of its own', async () => {
    const message = camtOf('camt.054', SAID.slice(0, 1));
    const batch = message.replace(/<TxDtls>.*<\/TxDtls>/, '<Btch><PmtInfId>ASD-1</PmtInfId><NbOfTxs>3</NbOfTxs><TtlAmt Ccy="MAD">500.00</TtlAmt><CdtDbtInd>DBIT</CdtDbtInd></Btch>');
    expect((await readAll(batch)).entries).toMatchObject([{ scope: 'batch', batch: { count: '3', total: { amountMinor: '50000' } }, references: { batchId: 'ASD-1' }, amount: { amountMinor: '50000' } }]);
    expect((await readAll(message.replace(/<NtryDtls>.*<\/NtryDtls>/, ''))).entries).toMatchObject([{ scope: 'entry', amount: { amountMinor: '50000' } }]);
    const bare = message.replace(/(<\/Refs>)<Amt Ccy="MAD">500.00<\/Amt>/, '$1');
    expect((await readAll(bare)).entries).toMatchObject([{ scope: 'transaction', amount: { amountMinor: '50000' } }]);
    const two = (await readAll(bare.replace(/<TxDtls>.*<\/TxDtls>/, '$&$&'))).entries;
    expect(two).toHaveLength(2);
    for (const entry of booked(two)) expect(entry.amount).toBeUndefined();
  });
});

describe('money and references', () => {
  const withAmount = (text: string) => readAll(camtOf('camt.054', SAID.slice(0, 1)).replace(/(<\/Refs><Amt Ccy="MAD">)500.00/, `$1${text}`));
  it.each([['500', '50000'], ['500.5', '50050'], ['0500.00', '50000'], ['+500.00', '50000'], ['.05', '5'], ['500.', '50000'], [' 500.00 \n', '50000']])('%s is exact', async (text, amountMinor) => {
    expect(booked((await withAmount(text)).entries)[0]).toMatchObject({ amount: { amountMinor }, problems: [] });
  });
  it.each(['500.001', '500.000', '-500.00', '5e2', '500,00', '1 000.00', 'NaN', '0x10', '9999999999999999.00', '٥٠٠'])('%s is a problem of the entry, never a guess', async (text) => {
    const [entry] = booked((await withAmount(text)).entries);
    expect(entry).toMatchObject({ problems: [{ code: 'AMOUNT_INVALID', element: 'Amt' }] });
    expect(entry!.amount).not.toHaveProperty('amountMinor');
  });
  it('references stay texts, and one that is too long is not cut', async () => {
    const ids = async (id: string) => booked((await readAll(camtOf('camt.054', [{ ...SAID[0]!, endToEndId: id }]))).entries)[0]!;
    expect((await ids('0001230')).references.endToEndId).toBe('0001230');
    expect((await ids('1e5')).references.endToEndId).toBe('1e5');
    expect(await ids('X'.repeat(36))).toMatchObject({ problems: [{ code: 'TEXT_TOO_LONG', element: 'EndToEndId' }], references: expect.not.objectContaining({ endToEndId: expect.anything() }) });
  });
  it('what stands twice is a problem', async () => {
    const twice = camtOf('camt.054', SAID.slice(0, 1)).replace(/<EndToEndId>.*?<\/EndToEndId>/, '$&<EndToEndId>E9</EndToEndId>');
    expect(booked((await readAll(twice)).entries)[0]!.problems).toEqual([{ code: 'ELEMENT_TWICE', element: 'EndToEndId' }]);
  });
  it('what a statement says of itself is held against its entries', async () => {
    const message = camtOf('camt.053', SAID);
    const found = async (text: string) => (await readAll(text)).end.findings.map(({ code }) => code);
    expect(await found(message.replace(/<NbOfNtries>2/, '<NbOfNtries>3'))).toEqual(['COUNT_DIFFERS']);
    expect(await found(message.replace('</NbOfNtries>', '</NbOfNtries><Sum>500.05</Sum>'))).toEqual([]);
    expect(await found(message.replace('</NbOfNtries>', '</NbOfNtries><Sum>500.06</Sum>'))).toEqual(['SUM_DIFFERS']);
    const opening = (amount: string): string => message.replace('<Bal>', `<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="MAD">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal><Bal>`);
    expect(await found(opening('1000499.95'))).toEqual([]);
    expect(await found(opening('1000499.96'))).toEqual(['BALANCES_DIFFER']);
    expect(await found(message.replace('<Ntry>', '<Ntrx>').replace('</Ntry>', '</Ntrx>'))).toEqual(['ELEMENT_UNKNOWN', 'COUNT_DIFFERS']);
  });
});

describe('what is refused, with its place', () => {
  const message = camtOf('camt.054', SAID, { eol: '\n' });
  const refusal = (bytes: string | Uint8Array) => readAll(bytes).then(() => undefined, (error: unknown) => error as { readonly code: string; readonly place: { readonly line: number; readonly column: number }; readonly detail: string });
  const cases: readonly (readonly [string, string | Uint8Array, string, number?])[] = [
    ['nothing', '', 'FILE_EMPTY', 1], ['no XML', 'PK\u0003\u0004', 'XML_INVALID', 1], ['another document', '<html/>', 'MESSAGE_UNKNOWN', 1],
    ['a DOCTYPE', message.replace('<?sender v1?>', '<!DOCTYPE Document>'), 'DOCTYPE_REFUSED', 2],
    ['an entity that expands', message.replace('<?sender v1?>', '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), 'DOCTYPE_REFUSED', 2],
    ['an external entity', message.replace('<?sender v1?>', '<!DOCTYPE a SYSTEM "file:///etc/passwd">'), 'DOCTYPE_REFUSED', 2],
    ['an entity that nobody declared', message.replace('E1', '&x;'), 'XML_INVALID', 5],
    ['a cut file', message.slice(0, -40), 'XML_INVALID'], ['two roots', `${message}<a/>`, 'XML_INVALID'], ['a crossed tag', message.replace('</Amt></TxDtls>', '</TxDtls></Amt>').replace('</Sts>', '</Stz>'), 'XML_INVALID', 5],
    ['a prefix that is not declared', message.replace(/Document/g, 'x:Document'), 'XML_INVALID'],
    ['a control character', message.replace('E1', 'E\u0001'), 'XML_INVALID', 5],
    ['text where elements are', message.replace('<Refs>', '<Refs>500'), 'TEXT_UNEXPECTED', 5],
    ['elements where text is', message.replace('>E1<', '><b>E1</b><'), 'ELEMENT_UNEXPECTED', 5],
    ['another namespace inside', message.replace('<Ntry>', '<Ntry xmlns="urn:x">'), 'NAMESPACE_DIFFERS', 5],
    ['another message in its namespace', message.replace('camt.054.001.08', 'camt.053.001.08'), 'NAMESPACE_DIFFERS', 3],
    ['a version that nobody knows', message.replace('camt.054.001.08', 'camt.054.001.99'), 'VERSION_UNKNOWN', 3],
    ['an unknown encoding', message.replace('UTF-8', 'EBCDIC-CP-FR'), 'ENCODING_UNKNOWN', 1], ['a lie about the encoding', Buffer.from(message.replace('E1', 'É1'), 'latin1'), 'ENCODING_INVALID'],
    ['UTF-32', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c]), 'ENCODING_UNKNOWN', 1], ['half a character', Buffer.from(`\ufeff${message}`, 'utf16le').subarray(0, -1), 'ENCODING_INVALID'],
    ['depth', message.replace('E1', `${'<a>'.repeat(70)}`), 'ELEMENT_UNEXPECTED'], ['depth outside', `${'<a>'.repeat(65)}`, 'LIMIT_EXCEEDED'],
    ['depth in what is not read', message.replace('<Refs>', `<RltdPties>${'<a>'.repeat(65)}`), 'LIMIT_EXCEEDED'],
    ['a name', `<${'a'.repeat(300)}/>`, 'LIMIT_EXCEEDED'], ['attributes', `<a ${Array.from({ length: 65 }, (_, i) => `b${i}="1"`).join(' ')}/>`, 'LIMIT_EXCEEDED'],
    ['an attribute', `<a b="${'x'.repeat(5_000)}"/>`, 'LIMIT_EXCEEDED'], ['a text that is read', message.replace('E1', 'x'.repeat(3_000)), 'LIMIT_EXCEEDED', 5],
    ['a text that is not', `<a>${'x'.repeat(1_200_000)}`, 'LIMIT_EXCEEDED', 1], ['a comment', `<a><!--${'x'.repeat(1_200_000)}`, 'LIMIT_EXCEEDED', 1], ['a tag', `<a ${'x'.repeat(1_200_000)}`, 'LIMIT_EXCEEDED', 1],
    ['a DOCTYPE without an end', `<!DOCTYPE a [${'<!ENTITY a "b">'.repeat(100_000)}`, 'LIMIT_EXCEEDED', 1],
  ];
  it.each(cases)('%s', async (_name, bytes, code, line) => {
    const error = await refusal(bytes);
    expect(error).toMatchObject({ code, ...(line === undefined ? {} : { place: { line } }) });
    expect(error!.detail).toMatch(/^Line \d+, column \d+: [A-Za-z].*\.$/s);
    // Nothing of the document is repeated but names of elements that the standard has.
    expect(error!.detail).not.toMatch(/passwd|E1|MA64|EBCDIC/);
  });

  it('the end is not known before it is reached', async () => {
    const reading = readBankMessage(inPieces(message));
    expect(() => reading.end()).toThrow('read to the end');
  });
});

describe('whatever is stated', () => {
  const said = fc.record({
    endToEndId: fc.stringMatching(/^[A-Za-z0-9&<> .\/-]{1,33}$/).map((id) => `E${id.trim()}`),
    amount: fc.bigInt({ min: 1n, max: 10n ** 12n }).map((minor) => minor.toString().padStart(3, '0')).map((digits) => `${digits.slice(0, -2)}.${digits.slice(-2)}`),
    what: fc.constantFrom('settled' as const, 'returned' as const),
  });
  const dress = fc.record({
    prefix: fc.constantFrom('', 'a', 'ns-1'), wrap: fc.constantFrom('none' as const, 'header' as const, 'envelope' as const), eol: fc.constantFrom('', '\n', '\r\n  '),
    comments: fc.boolean(), together: fc.integer({ min: 1, max: 4 }), version: fc.constantFrom('02', '04', '08'),
  });
  it('is read back, each once, to the centime', async () => {
    await fc.assert(fc.asyncProperty(fc.array(said, { maxLength: 20 }), dress, fc.integer({ min: 1, max: 999 }), fc.constantFrom('camt.054' as const, 'camt.053' as const), async (payments, how, pieces, family) => {
      const { entries, end } = await readAll(camtOf(family, payments, how), { pieces });
      const found = booked(entries).map(({ references, amount, returned, direction }) => `${references.endToEndId} ${amount?.amountMinor} ${returned ? 'returned' : 'settled'} ${direction}`).sort();
      expect(found).toEqual(payments.map(({ endToEndId, amount, what }) => `${endToEndId} ${BigInt(amount.replace('.', ''))} ${what} ${what === 'returned' ? 'credit' : 'debit'}`).sort());
      const sum = (what: Said['what']): string => String(payments.filter((each) => each.what === what).reduce((total, { amount }) => total + BigInt(amount.replace('.', '')), 0n));
      if (payments.length > 0) expect(end.turnover).toEqual([{ currency: 'MAD', debitMinor: sum('settled'), creditMinor: sum('returned') }]);
      expect(end.findingCount).toBe(0);
    }), { numRuns: 150, seed: 20_022 });
  });
});
