import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas } from '../../events/generated.js';
import { ROLES } from '../../src/kernel/decider.js';

const ROOT = process.cwd();
const glossary = readFileSync(join(ROOT, 'docs/glossary.md'), 'utf8');

/** Rows whose first cell is a word of the code, under a heading: word, meaning, French, Arabic. */
function rowsUnder(heading: string): ReadonlyMap<string, readonly string[]> {
  const start = glossary.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`the glossary has no heading "${heading}"`);
  const level = /^#+/.exec(heading)![0];
  const rest = glossary.slice(start + heading.length + 1);
  const end = rest.search(new RegExp(`\\n#{2,${level.length}} `));
  const section = end < 0 ? rest : rest.slice(0, end);
  return new Map(
    section
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .flatMap(([, word, ...cells]) => {
        const code = /^`(.+)`$/.exec(word ?? '')?.[1];
        return code === undefined ? [] : [[code, cells.slice(0, 3)] as const];
      }),
  );
}

/** The words of every `status` that a decider declares. */
function statesIn(source: string): string[] {
  const unions = [...source.matchAll(/readonly status:((?:\s*\|?\s*'[a-z-]+')+);/g)];
  return unions.flatMap(([, union]) =>
    [...union!.matchAll(/'([a-z-]+)'/g)].map(([, word]) => word!),
  );
}

const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort();

describe('the glossary', () => {
  test('has every aggregate, and no other', () => {
    expect(sorted(rowsUnder('## Aggregates').keys())).toEqual(
      sorted(schemas.map(({ aggregate }) => aggregate)),
    );
  });

  test.each(sorted(schemas.map(({ aggregate }) => aggregate)))(
    'has every event of %s, and no other',
    (aggregate) => {
      const types = schemas.filter((one) => one.aggregate === aggregate).map(({ type }) => type);
      expect(sorted(rowsUnder(`### ${aggregate}`).keys())).toEqual(sorted(types));
    },
  );

  test('has every role, and no other', () => {
    expect(sorted(rowsUnder('## Roles').keys())).toEqual(sorted(ROLES));
  });

  test('has every state that a decider declares, and no other', () => {
    const deciders = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.(decider|state)\.ts$/.test(name),
    );
    const states = deciders.flatMap((name) =>
      statesIn(readFileSync(join(ROOT, 'src', name), 'utf8')),
    );
    expect(sorted(rowsUnder('## States').keys())).toEqual(sorted(states));
  });

  test('says each of these words in English, French and Arabic', () => {
    const silent = ['## Aggregates', '## Roles', '## Events', '## States'].flatMap((heading) =>
      [...rowsUnder(heading)]
        .filter(
          ([, [english, french, arabic]]) =>
            !/[a-z]/.test(english ?? '') ||
            !/[a-zà-ÿ]/.test(french ?? '') ||
            !/[\u0600-\u06ff]/.test(arabic ?? ''),
        )
        .map(([word]) => word),
    );
    expect(silent).toEqual([]);
  });
});
