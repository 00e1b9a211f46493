import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { masked } from '../../src/adapters/payment-rail/govstack/refusal.js';
import { govstackRail } from '../../src/adapters/payment-rail/govstack/govstack-rail.js';
import type { Instruction } from '../../src/adapters/payment-rail/port.js';
import { functionalIdOf, LENGTHS, personIdOf } from '../../src/kernel/govstack.js';
import { fakeBlock, type FakeBlock } from '../support/govstack-block.js';
import { publishedOperations } from '../support/govstack-openapi.js';
import { leaveOut } from '../support/left-out.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a functional id', () => {
  it("is a person's UUID in 20 characters, and back", () => {
    fc.assert(
      fc.property(fc.uuid({ version: 5 }), (personId) => {
        const id = functionalIdOf(personId);
        expect(id).toHaveLength(LENGTHS.payeeIdentity);
        expect(personIdOf(id)).toBe(personId);
      }),
    );
    expect(functionalIdOf('00000000-0000-5000-8000-000000000000')).toBe('0'.repeat(20));
    expect(personIdOf(functionalIdOf('ffffffff-ffff-5fff-bfff-ffffffffffff'))).toBe(
      'ffffffff-ffff-5fff-bfff-ffffffffffff',
    );
  });

  it('of somebody else is nobody here', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const personId = personIdOf(text);
        if (personId !== undefined) expect(functionalIdOf(personId)).toBe(text);
      }),
    );
    expect(personIdOf('*'.repeat(20))).toBeUndefined();
  });
});

it('what a block quotes is masked wherever it has four digits in a word, or five in groups', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replace(/\p{Nd}/gu, '')),
      fc.stringMatching(/^[0-9]{5,24}$/),
      (around, number) => {
        expect(masked(`${around} ${number} ${around}`, 400)).not.toContain(number);
        expect(masked(`${around} ${number.match(/.{1,3}/g)!.join(' ')}`, 400)).not.toContain(
          number.slice(0, 3),
        );
      },
    ),
    { examples: [['', '99999']] },
  );
});

const printable = (max: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[A-Z0-9]{1,${max}}$`));
const instruction: fc.Arbitrary<Instruction> = fc.record({
  paymentId: fc.uuid({ version: 5 }).map((id) => `asd-2025-11-${id}`),
  attempt: fc.integer({ min: 1, max: 1_000 }),
  endToEndId: printable(35),
  amountMinor: fc.bigInt(1n, 10n ** 15n - 1n),
  currency: fc.constant('MAD'),
  payee: fc.record({
    name: fc.string(),
    kind: fc.constantFrom('iban', 'rib', 'wallet', 'cash'),
    account: printable(34),
  }),
  remittance: fc.string({ unit: 'binary', maxLength: 300 }),
});
const instructions = fc.uniqueArray(instruction, {
  minLength: 1,
  maxLength: 5,
  selector: ({ endToEndId }) => endToEndId,
});

/** Settings of which each is as long as it may be. */
const longest = (url: string) => ({
  url,
  bbId: 'B'.repeat(LENGTHS.institutionId),
  callbackUrl: `https://c.example/${'c'.repeat(LENGTHS.callbackUrl - 18)}`,
  tenantId: 'T'.repeat(LENGTHS.tenantId),
  timeoutMs: 5_000,
  attempts: 1,
  batchSize: 3,
  paymentMode: 'P'.repeat(LENGTHS.paymentMode),
  register: true,
  validateAt: 'D'.repeat(LENGTHS.dfspId),
});

const operations = publishedOperations();
if (operations.size === 0)
  it('no request was held against the published lengths', () =>
    leaveOut(
      'No request was held against the lengths of the GovStack payments API: it is not at hand (set REFERENCE_DATA).',
    ));
else
  describe('a request', () => {
    let files: string;
    let block: FakeBlock;
    beforeAll(async () => {
      files = temporaryFolder('govstack');
      block = await fakeBlock(operations);
    });
    afterAll(() => block.close());

    it('never exceeds what is published, whatever is paid to whom', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(instructions, printable(29), async (batch, name) => {
          run += 1;
          await govstackRail(files, longest(block.url)).write(
            {
              messageId: `${name}-${run}`,
              createdAt: '2025-12-01T08:00:00.000Z',
              executionDate: '2025-12-02',
              currency: 'MAD',
              count: batch.length,
              totalMinor: batch.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
              debtor: { name: 'D', rib: '011519000001205000534921', bic: 'BCMAMAMC' },
            },
            [batch],
          );
          expect(block.violations).toEqual([]);
          const paid = [...block.batches.values()].flatMap(({ text }) =>
            [...text.matchAll(/"amount":([0-9.]+)/g)].map(([, amount]) =>
              BigInt(amount!.replace('.', '')),
            ),
          );
          expect(paid.slice(-batch.length)).toEqual(batch.map(({ amountMinor }) => amountMinor));
        }),
        { numRuns: 60 },
      );
    });
  });
