import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const ROOT = process.cwd();

/** Every page that people read: those at the root and all of docs/. */
const pages = (): string[] => [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/**
 * Paths of a page's links and pictures within the repository, without the part after `#`. Code
 * blocks are no links.
 */
function linkedPaths(markdown: string): string[] {
  const prose = markdown.replace(/^(```+)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z][a-z+.-]*:/.test(target))
    .map((target) => target.replace(/#.*$/, ''))
    .filter((path) => path !== '');
}

const missingIn = (page: string, markdown: string): string[] =>
  linkedPaths(markdown)
    .map((path) => normalize(join(dirname(page), path)))
    .filter((path) => path.startsWith('..') || !existsSync(join(ROOT, path)))
    .map((path) => `${page}: ${path}`);

describe('the pages that people read', () => {
  test('a link to a path that is not there is found, and one in a code block is not', () => {
    const page =
      'See [it](../README.md#x), [not](gone.md), <https://example.org>.\n\n```md\n[a](b.md)\n```\n';
    expect(missingIn('docs/example.md', page)).toEqual(['docs/example.md: docs/gone.md']);
  });

  test('every path that is linked exists', () => {
    const all = pages();
    expect(all).toContain('README.md');
    expect(all.flatMap((page) => missingIn(page, readFileSync(join(ROOT, page), 'utf8')))).toEqual(
      [],
    );
  });
});

describe('the decisions', () => {
  const folder = join(ROOT, 'docs/decisions');
  const files = readdirSync(folder).filter((name) => /^\d{4}-.*\.md$/.test(name));
  const index = readFileSync(join(folder, 'README.md'), 'utf8');

  test.each(files)('%s is in the index under its title, and in the format', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const [first, ...lines] = text.split('\n');
    const [, number, title] = /^# (\d{4})\. (.+)$/.exec(first!) ?? [];
    expect(number).toBe(file.slice(0, 4));
    expect(lines.filter((line) => line.startsWith('## '))).toEqual([
      '## Status',
      '## Context',
      '## Decision',
      '## Consequences',
    ]);
    expect(text).toMatch(
      /\n## Status\n\n(Proposed|Accepted|Superseded by \[\d{4}\]\([^)]+\)), \d{4}-\d\d-\d\d\.\n/,
    );
    const row = index.split('\n').find((line) => line.startsWith(`| [${number}](${file})`));
    expect(row?.split('|')[2]?.trim()).toBe(title);
  });

  test('the index has each once, in order', () => {
    const rows = [...index.matchAll(/^\| \[\d{4}\]\(([^)]+)\)/gm)].map(([, file]) => file);
    expect(rows).toEqual(files.toSorted());
  });

  test('no number is given twice', () => {
    const numbers = files.map((file) => file.slice(0, 4));
    expect(numbers).toEqual([...new Set(numbers)]);
    expect(numbers.length).toBeGreaterThan(10);
  });
});
