import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { commandsFor } from '../../src/cli/all-commands.js';

/** Pages about what is so now; decisions and the list of changes tell what was, too. */
const PAGES = ['*.md', 'docs/*.md'];
/** What was so once, and a name that keys are derived by. */
const LEFT_OUT = ['CHANGELOG.md', 'src/adapters/vault/master-key.ts'];
const SOURCES = ['src/**/*.ts', 'projections/**/*.ts'];

const namesOf = (command: Command): readonly string[] => [command.name(), ...command.aliases()];
const optionsOf = (command: Command): readonly (string | undefined)[] =>
  command.options.flatMap(({ long, short }) => [long, short]);

/**
 * The calls of the command line in a text: in code, after `sanad` or its file, up to what ends a
 * shell's command.
 */
function callsIn(text: string): readonly string[] {
  const fenced = [...text.matchAll(/^ *```[a-z]*\n([\s\S]*?)^ *```/gm)].map(([, code]) => code!);
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  return [...fenced.flatMap((code) => code.replace(/\\\n/g, ' ').split('\n')), ...inline].flatMap(
    (line) =>
      [...line.matchAll(/(?:^|[\s(/$])(?:bin\/sanad\.mjs|sanad) ([a-z][^|&;#)>]*)/g)].map(
        ([, call]) => call!.trim(),
      ),
  );
}

/** What of a call the command line does not know; undefined where it knows all of it. */
function unknownIn(call: string, groups: readonly Command[]): string | undefined {
  const words = call.split(/\s+/).filter((word) => word !== '…' && word !== '...');
  let known: Command | undefined;
  let among = groups;
  while (among.length > 0) {
    const next = among.find((command) => namesOf(command).includes(words[0] ?? ''));
    if (!next) break;
    known = next;
    among = next.commands;
    words.shift();
  }
  const [word] = words;
  if (!known || (among.length > 0 && word !== undefined && !word.startsWith('-')))
    return `${call}: no command ${word}`;
  const options = [...optionsOf(known), '--help', '-h'];
  const unknown = words
    .filter((given) => /^--?[a-z]/.test(given))
    .map((given) => given.replace(/[=,.:\\].*$/, ''))
    .find((given) => !options.includes(given));
  return unknown === undefined ? undefined : `${call}: no option ${unknown}`;
}

describe('the commands that the documentation names', () => {
  test('are found in code, with their options', async () => {
    const text =
      'Run `sanad audit check --data X`, or\n\n```sh\nnpx sanad cycle open \\\n  --period 1 && x\n```\n';
    expect(callsIn(text)).toEqual(['cycle open    --period 1', 'audit check --data X']);
    const groups = await commandsFor();
    expect(unknownIn('audit check --data X', groups)).toBeUndefined();
    expect(unknownIn('audit verify', groups)).toBe('audit verify: no command verify');
    expect(unknownIn('audit check --dat X', groups)).toBe('audit check --dat X: no option --dat');
    expect(unknownIn('nothing', groups)).toBe('nothing: no command nothing');
  });

  test.each([...PAGES, ...SOURCES])('exist: %s', async (pattern) => {
    const groups = await commandsFor();
    const wrong = globSync(pattern)
      .filter((path) => !LEFT_OUT.includes(path))
      .flatMap((path) =>
        callsIn(readFileSync(path, 'utf8'))
          .map((call) => unknownIn(call, groups))
          .filter((found) => found !== undefined)
          .map((found) => `${path}: ${found}`),
      );
    expect(wrong).toEqual([]);
  });
});
