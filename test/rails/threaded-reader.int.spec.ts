import { describe, expect, it } from '@jest/globals';
import type {
  BankEntry,
  BankMessageEnd,
  ReadBankMessage,
} from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { readBankMessage } from '../../src/adapters/payment-rail/iso20022/incoming/reader.js';
import { readBankMessageInThread } from '../../src/adapters/payment-rail/iso20022/incoming/threaded.js';
import { camtOf, inPieces, type Said } from '../support/bank-messages.js';

const many = (count: number): Said[] =>
  Array.from({ length: count }, (_, i) => ({
    endToEndId: `E${String(i).padStart(24, '0')}`,
    amount: `${500 + (i % 7)}.00`,
    what: i % 5 === 0 ? 'returned' : 'settled',
    payee: { name: `Payee ${i}` },
  }));
const LARGE = camtOf('camt.054', many(6_000));

async function all(
  read: ReadBankMessage,
  bytes: AsyncIterable<Uint8Array>,
  options?: { readonly parties?: boolean },
): Promise<{ readonly entries: BankEntry[]; readonly end: BankMessageEnd }> {
  const reading = read(bytes, options);
  const entries: BankEntry[] = [];
  for await (const batch of reading.entries) entries.push(...batch);
  return { entries, end: reading.end() };
}

/** Large files, read in a thread of their own. */
describe('the reader in a thread', () => {
  it.each([
    [LARGE, 'larger than a mebibyte'],
    [camtOf('camt.053', many(3)), 'small'],
  ])('says the same as the reader itself', async (file) => {
    for (const options of [{}, { parties: true }]) {
      expect(await all(readBankMessageInThread, inPieces(file, 70_000), options)).toEqual(
        await all(readBankMessage, inPieces(file, 70_000), options),
      );
    }
  });

  it('refuses with the same code, reason and place', async () => {
    const spoilt = [
      LARGE.slice(0, -40),
      `${LARGE.slice(0, 1_500_000)}<!DOCTYPE x>${LARGE.slice(1_500_000)}`,
      LARGE.replace(/<\/Ntfctn>/, '</Ntry>'),
    ];
    for (const file of spoilt) {
      const said = async (read: ReadBankMessage) =>
        all(read, inPieces(file)).then(
          () => 'nothing',
          (error: Error & { code?: string; place?: unknown }) => ({
            name: error.name,
            code: error.code,
            message: error.message,
            place: error.place,
          }),
        );
      const expected = await said(readBankMessage);
      expect(expected).toMatchObject({ name: 'BankMessageError' });
      expect(await said(readBankMessageInThread)).toEqual(expected);
    }
  });

  it('ends with the failure of the file, and where its entries are wanted no more', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* inPieces(LARGE.slice(0, 1_400_000));
      throw new Error('the disk');
    }
    await expect(all(readBankMessageInThread, broken())).rejects.toThrow('the disk');
    let closed = false;
    async function* watched(): AsyncGenerator<Uint8Array> {
      try {
        yield* inPieces(LARGE + LARGE + LARGE, 50_000);
      } finally {
        closed = true;
      }
    }
    const reading = readBankMessageInThread(watched());
    for await (const batch of reading.entries) if (batch.length > 0) break;
    expect(() => reading.end()).toThrow('read to the end');
    expect(closed).toBe(true);
  });
});
