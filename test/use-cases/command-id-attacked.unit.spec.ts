import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { applicationDecider } from '../../src/application/application.decider.js';
import { CommandIds } from '../../src/write-side/command-id.js';
import { fromState, part, type Part } from '../../src/write-side/unit.js';
import { hashing, requestNames } from '../support/request-names.js';

/** Words that pull at every separator that an id is spelled with. */
const word = fc.oneof(
  fc.constantFrom('a', 'b', '', ':', ',', 'a:1', '1,b', '"', '\n', ' ', 'from-state', '1n', '{}'),
  fc.string({ maxLength: 3 }),
);
const { content } = fc.letrec<{ content: unknown }>((tie) => ({
  content: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.integer({ min: -2, max: 11 }),
    fc.bigInt({ min: -2n, max: 11n }),
    fc.constantFrom(true, false, null),
    fc.array(tie('content'), { maxLength: 3 }),
    fc
      .array(fc.tuple(word, tie('content')), { maxLength: 3 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));
const stream = fc.constantFrom('cycle-a-2026-01', 'budget-a-2026', 'payment-a');
interface Named {
  readonly verb: string;
  readonly key: string;
  readonly parts: readonly { readonly stream: string; readonly content: readonly unknown[] }[];
}
const plain = { noNullPrototype: true } as const;
const spoken = fc.record({ stream, content: fc.array(content, { maxLength: 2 }) }, plain);
const named: fc.Arbitrary<Named> = fc.record(
  {
    verb: fc.constantFrom('order', 'cli approve'),
    key: word,
    parts: fc.array(spoken, { minLength: 1, maxLength: 3 }),
  },
  plain,
);

const nothing = (of: Named['parts'][number]): Part => ({ ...of, decide: () => [] });
function idOf({ verb, key, parts: given }: Named): string {
  const parts = given.map(nothing);
  return new CommandIds({ verb, key, parts }).of(parts.at(-1)!, []);
}
const endingWith = (of: Named, given: unknown): Named => ({
  ...of,
  parts: [...of.parts, { stream: 'entry-a', content: [given] }],
});
/** Two fields, and one whose name reads like both of them, as a thief would name it. */
const confused = fc
  .tuple(word, fc.integer({ min: 0, max: 3 }), word, content)
  .map(([a, one, b, two]): [unknown, unknown] => [
    { [a]: one, [b]: two },
    { [`${a}:${one},${b}`]: two },
  ]);
/** Any two commands, and two that differ in one thing or in nothing. */
const pair = fc.oneof(
  fc.tuple(named, named),
  fc
    .tuple(named, fc.oneof(fc.tuple(content, content), confused))
    .map(([of, [one, two]]): [Named, Named] => [endingWith(of, one), endingWith(of, two)]),
);

describe('two commands', () => {
  it('have one id where they are the same, and only there', () => {
    fc.assert(
      fc.property(pair, ([one, two]) => {
        expect(idOf(one) === idOf(two)).toBe(isDeepStrictEqual(one, two));
      }),
      { numRuns: 20_000 },
    );
  });

  it('over HTTP have one id where caller, key and request are the same, and only there', () => {
    const ascii = fc.string({
      unit: fc.constantFrom('a', 'b', '!', '~'),
      minLength: 1,
      maxLength: 3,
    });
    const caller = fc.constantFrom('a', 'a b', 'b', 'a\nb');
    const body = content.filter((given) => !hasBigInt(given));
    const request = fc.tuple(caller, ascii, fc.constantFrom('/a', '/b'), body);
    fc.assert(
      fc.property(request, request, (one, two) => {
        const of = ([id, key, path, given]: typeof one): string =>
          requestNames(hashing('one'), id, key, path, given).commandId;
        expect(of(one) === of(two)).toBe(isDeepStrictEqual(one, two));
      }),
      { numRuns: 20_000 },
    );
  });

  it('are two where what is asked differs, though the folded state makes the command', () => {
    const rejecting = (reason: string) =>
      part(
        'application-1',
        applicationDecider,
        fromState(reason, ({ contentHash }) => ({
          type: 'RejectApplication',
          contentHash,
          reason,
        })),
      );
    const of = (one: Part): string =>
      new CommandIds({ verb: 'reject', key: 'application-1', parts: [one] }).of(one, []);
    expect(of(rejecting('the same'))).toBe(of(rejecting('the same')));
    expect(of(rejecting('the same'))).not.toBe(of(rejecting('another')));
  });
});

const hasBigInt = (given: unknown): boolean =>
  typeof given === 'bigint' ||
  (typeof given === 'object' && given !== null && Object.values(given).some(hasBigInt));
