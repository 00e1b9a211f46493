import { describe, expect, it } from '@jest/globals';
import { bookings, camt054, entry, pain002, readAll, statuses } from './bank-messages.js';
import { ACCEPTED } from './bank-message-reader.fixtures.js';

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
