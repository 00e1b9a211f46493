import { describe, expect, it } from '@jest/globals';
import { camt054, entry, HEAD, NAMESPACE, refusalOf } from './bank-messages.js';

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
