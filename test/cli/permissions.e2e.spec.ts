import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { commandsFor } from '../../src/cli/all-commands.js';
import { isActed, isReading, nameOf } from '../../src/cli/command.js';
import { PERMISSIONS, READINGS } from '../../src/cli/permissions.js';
import { signIn, signInToRead } from '../../src/cli/sign-in.js';

const within = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(within),
];
const groups = await commandsFor();
const acted = groups.flatMap(within).filter(isActed).map(nameOf);
const limited = { data: './nowhere', as: 'm.local', regions: 'MA-06' };

test.each(groups.map((group) => group.name()))('%s is found by its own name', async (name) => {
  expect((await commandsFor(name)).map((group) => group.name())).toEqual([name]);
});

/** Commands that nobody signs in for, and why not: they act on nobody, and show nobody. */
const UNSIGNED: Readonly<Record<string, string>> = {
  serve: 'starts the server, which asks each caller who they are',
  demo: 'invents its people, and production mode refuses it',
  token: 'makes tokens of the local issuer, which production mode does not take',
  settings: 'shows what settings there are, and none of their values',
  'households generate': 'invents households',
  'audit check': 'proves the log, also while no issuer answers; names streams where one is wrong',
  'jobs list': 'shows what the server is at: kinds, counts, and who asked',
  rebuild: 'makes what the log says anew',
  'relay refill': 'publishes what the log says again',
  'relay reset': 'publishes what the log says from its start',
  'lease reset': 'has automations look at the log from its start; they do nothing twice',
  'callbacks list': 'shows addresses of systems, and why they did not answer',
};

describe('every command of the program', () => {
  const leaves = groups.flatMap(within).filter(({ commands }) => commands.length === 0);

  test('is signed in for, or on the list of those that act on nobody and show nobody', () => {
    const unsigned = leaves.filter((command) => !isActed(command) && !isReading(command));
    expect(unsigned.map(nameOf).sort()).toEqual(Object.keys(UNSIGNED).sort());
    expect(leaves.filter((command) => isActed(command) && isReading(command))).toEqual([]);
    const asked = leaves.filter(isReading).map(nameOf);
    expect(asked.sort()).toEqual(Object.keys(READINGS).sort());
  });

  test.each(Object.entries(READINGS))(
    '%s: a limited role is kept to its regions, and another is refused',
    async (name, { programmeWide, roles }) => {
      const signed = signInToRead(limited, name);
      if (programmeWide) await expect(signed).rejects.toMatchObject({ code: 'REGION_NOT_ALLOWED' });
      else expect(await signed).toMatchObject({ role: roles[0], regions: ['MA-06'] });
      expect(await signInToRead({ data: '.' }, name)).toBeUndefined();
      await expect(signInToRead({ data: '.', regions: 'MA-06' }, name)).rejects.toMatchObject({
        code: 'SIGN_IN_REQUIRED',
      });
    },
  );
});

describe('what somebody does at the command line', () => {
  test('says who may do it, and whether it concerns all regions', () => {
    expect(acted.length).toBeGreaterThan(30);
    expect([...acted].sort()).toEqual(Object.keys(PERMISSIONS).sort());
  });

  test.each(acted)('%s: a limited role is kept to its regions', async (name) => {
    const { roles, programmeWide } = PERMISSIONS[name]!;
    const signed = signIn(limited, name);
    if (programmeWide) await expect(signed).rejects.toMatchObject({ code: 'REGION_NOT_ALLOWED' });
    else
      expect(await signed).toEqual({
        id: 'm.local',
        role: roles[0],
        regions: ['MA-06'],
        via: { channel: 'cli', authentication: 'none' },
      });
  });

  test('is refused where it does not say who may do it', async () => {
    await expect(signIn({ data: '.', as: 'a' }, 'programmes burn')).rejects.toMatchObject({
      code: 'ROLE_NOT_ALLOWED',
    });
  });

  test.each(['automation', 'Automation', 'a b', 'а.b', 'é', '', ' a'])(
    'takes no name that no account may have: %p',
    async (as) => {
      await expect(signIn({ data: '.', as }, 'cycle approve')).rejects.toMatchObject({
        code: 'INVALID_ACTOR',
      });
    },
  );

  test.each(['', ' ', ',', 'MA-06,', 'ma-06', 'MA-06;MA-07', 'Rabat'])(
    'lets nobody in everywhere for regions that come to nothing: %p',
    async (regions) => {
      await expect(signIn({ ...limited, regions }, 'applications approve')).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        field: 'regions',
      });
    },
  );

  test('takes one way to say who acts', async () => {
    await expect(signIn({ data: '.' }, 'cycle approve')).rejects.toMatchObject({
      code: 'SIGN_IN_REQUIRED',
    });
    await expect(
      signIn({ data: '.', as: 'a', tokenFile: 'b' }, 'cycle approve'),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION', field: 'as' });
    await expect(
      signIn({ data: '.', tokenFile: 'b', regions: 'MA-06' }, 'cycle approve'),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION', field: 'regions' });
    await expect(
      signIn({ data: './nowhere', tokenFile: 'package.json' }, 'cycle approve'),
    ).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});
