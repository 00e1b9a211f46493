import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { camtOf, pain002Of } from '../support/bank-messages.js';
import { drain } from './world.js';
import { payments, said, take, world, figures, violations } from './bank-messages.fixtures.js';

describe('files in any order, repeated and damaged', () => {
  it('conserve the money and give the same totals', async () => {
    const all = await payments();
    const total = all.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
    const third = Math.floor(all.length / 3);
    const files = [
      pain002Of(said(all, 'accepted')),
      pain002Of(said(all.slice(0, third), 'rejected', 'AC04'), { messageId: 'R' }),
      camtOf('camt.054', said(all.slice(third), 'settled')),
      camtOf('camt.053', said(all.slice(third), 'settled'), { prefix: 'n' }),
      camtOf('camt.054', said(all.slice(third, 2 * third), 'returned', 'AC01'), { messageId: 'B' }),
      camtOf('camt.054', said(all.slice(0, 2), 'settled'), { messageId: 'C' }),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            file: fc.nat({ max: files.length - 1 }),
            cut: fc.option(fc.nat({ max: 400 }), { nil: undefined }),
            flip: fc.option(fc.nat({ max: 5_000 }), { nil: undefined }),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        async (deliveries) => {
          for (const { file, cut, flip } of deliveries) {
            const bytes = Buffer.from(
              cut === undefined ? files[file]! : files[file]!.slice(0, -1 - cut),
              'utf8',
            );
            if (flip !== undefined) bytes[flip % bytes.length]! ^= 1 + (flip % 7);
            await take(bytes);
          }
          await drain(world.engine);
          const now = await figures();
          expect(
            BigInt(now.settledMinor) +
              BigInt(now.rejectedMinor) +
              BigInt(now.returnedMinor) +
              BigInt(now.cancelledMinor) +
              BigInt(now.outstandingMinor),
          ).toBe(total);
          expect(now.orderedMinor).toBe(String(total));
          expect(await violations()).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
    // Whatever came before, the whole and undamaged files now say it all; what contradicts them is
    // a break.
    for (const file of files) await take(file);
    const now = await figures();
    expect(now.outstandingCount).toBe(0);
    expect(now.openBreaks).toBeGreaterThanOrEqual(2);
  });
});
