import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas } from '../../events/generated.js';
import { ROLES } from '../../src/kernel/decider.js';

const ROOT = process.cwd();
const glossary = readFileSync(join(ROOT, 'docs/glossary.md'), 'utf8');

/** Principles and views of the whole, which no single name can have. */
const PRINCIPLES = new Set(['two people', 'read side']);

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

/** Words of a table whose first cells are prose ("reader, view"), as the code calls them. */
function wordsUnder(heading: string): readonly string[] {
  const [, section = ''] = glossary.split(`\n${heading}\n`);
  return section
    .split(/^## /m)[0]!
    .split('\n')
    .filter((line) => /^\| [a-z]/.test(line))
    .slice(1)
    .flatMap((line) => {
      const called = /\(in the code: `([^`]+)`\)/.exec(line)?.[1];
      return called ?? line.split('|')[1]!.trim().split(', ');
    });
}

/** The rows of the domain's words: word, meaning, French, Arabic. */
function domainWords(): readonly (readonly string[])[] {
  const [, section = ''] = glossary.split('\n## Words of the domain\n');
  return section
    .split(/^## /m)[0]!
    .split('\n')
    .filter((line) => /^\| [a-z]/.test(line))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** Every name in the sources, of files too: neither comments nor texts. */
function namesOfSource(): string {
  const files = ['src', 'projections', 'events'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  const names = files.map((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .replace(/\/\*[^]*?\*\/|\/\/.*/g, '')
      .replace(/'[^'\n]* [^'\n]*'|`[^`]*`/g, ''),
  );
  return [...files, ...names].join('\n');
}

const isName = (word: string, names: string): boolean =>
  new RegExp(word.replace(/[ -]/g, '[-_. ]?'), 'i').test(names);

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

  test('has no word of the domain or of the code that is not a name in the sources', () => {
    const names = namesOfSource();
    expect(isName('payment rail', names)).toBe(true);
    expect(isName('payment lane', names)).toBe(false);
    const words = [...wordsUnder('## Words of the domain'), ...wordsUnder('## Words of the code')];
    expect(words.length).toBeGreaterThan(70);
    expect(words.filter((word) => !isName(word, names) && !PRINCIPLES.has(word))).toEqual([]);
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
    expect(domainWords().filter(([, ...cells]) => !cells.every((cell) => cell !== ''))).toEqual([]);
    expect(domainWords().filter((cells) => cells.length !== 4)).toEqual([]);
  });
});
