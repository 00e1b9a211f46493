import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { paymentFiles } from '../../src/adapters/payment-rail/iso20022/pain001-rail.js';
import { type Instruction, type MessageHead } from '../../src/adapters/payment-rail/port.js';

const root = join(import.meta.dirname, '../../..');

export const schemas = join(
  process.env.REFERENCE_DATA ?? join(root, '../shared/data'),
  'iso20022/xsd',
);

export const hasSchema = existsSync(join(schemas, 'pain.001.001.09.xsd'));

export const DEBTOR = {
  name: 'Trésorerie <fictive> & Cie',
  iban: 'MA64011519000001205000534921',
  bic: 'BCMAMAMC',
};

export const instruction = (i: number, more: Partial<Instruction> = {}): Instruction => ({
  paymentId: `asd-2025-11-${String(i).padStart(8, '0')}-0000-5000-8000-000000000000`,
  attempt: 1,
  endToEndId: `E${String(i).padStart(24, '0')}`,
  amountMinor: 50_000n,
  currency: 'MAD',
  payee: { name: 'Zineb Aït Lahcen', kind: 'iban', account: 'MA64011519000001205000534921' },
  remittance: 'ASD 2025-11',
  ...more,
});

export const payee = (more: Partial<Instruction['payee']>): Partial<Instruction> => ({
  payee: { ...instruction(0).payee, ...more },
});

export function headOf(
  instructions: readonly Instruction[],
  more: Partial<MessageHead> = {},
): MessageHead {
  return {
    messageId: 'ASD-2025-11-1',
    createdAt: '2025-12-01T08:00:00.000Z',
    executionDate: '2025-12-02',
    debtor: DEBTOR,
    currency: 'MAD',
    characters: 'unicode',
    count: instructions.length,
    totalMinor: instructions.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    ...more,
  };
}

/** Throws with the schema's own words when the message does not fit it. */
export function validate(xml: string): void {
  if (!hasSchema) return;
  const format = /urn:iso:std:iso:20022:tech:xsd:([a-z0-9.]+)/.exec(xml)![1]!;
  using schemaDocument = XmlDocument.fromBuffer(readFileSync(join(schemas, `${format}.xsd`)));
  using validator = XsdValidator.fromDoc(schemaDocument);
  using document = XmlDocument.fromString(xml);
  validator.validate(document);
}

/** Has the rail write one message to a folder. */
export async function writtenIn(
  dir: string,
  instructions: readonly Instruction[],
  more: Partial<MessageHead> = {},
): Promise<{ xml: string; sha256: string }> {
  const written = await paymentFiles(dir).write(headOf(instructions, more), [instructions]);
  return { xml: readFileSync(join(dir, written.name), 'utf8'), sha256: written.sha256 };
}
