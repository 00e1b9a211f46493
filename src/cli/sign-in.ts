import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signInWith } from '../composition/config.js';
import { verifierOf } from '../composition/verifier.js';
import { requireEverywhere, requireRole, type Actor } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { isRegion } from '../kernel/region.js';
import { isCallersSubject } from '../kernel/subject.js';
import { PERMISSIONS, READINGS, type Permitted } from './permissions.js';

export interface SignInOptions {
  readonly data: string;
  readonly as?: string;
  readonly regions?: string;
  readonly tokenFile?: string;
}

/**
 * Who gives a command: the account of a token, verified as the API verifies it, or, where this is
 * no production, whoever `--as` says.
 * @param name of the command, with that of its group
 * @throws DomainError SIGN_IN_REQUIRED, TOKEN_INVALID, ROLE_NOT_ALLOWED, REGION_NOT_ALLOWED and
 * others
 */
export const signIn = (options: SignInOptions, name: string): Promise<Actor> =>
  admitted(options, PERMISSIONS[name]);

/**
 * Who asks to be shown persons or payments. Where this is no production nobody has to say so:
 * undefined. @throws DomainError as `signIn`
 */
export async function signInToRead(
  options: SignInOptions,
  name: string,
): Promise<Actor | undefined> {
  const { mode, tokenFile } = signInWith();
  const said = [options.as, options.regions, options.tokenFile, tokenFile];
  if (mode !== 'production' && said.every((each) => each === undefined)) return undefined;
  return admitted(options, READINGS[name]);
}

async function admitted(options: SignInOptions, permitted: Permitted | undefined): Promise<Actor> {
  if (!permitted) throw new DomainError('ROLE_NOT_ALLOWED', 'Nobody may do this.', 'forbidden');
  const actor = await actorWith(options, permitted);
  requireRole({ actor }, ...permitted.roles);
  if (permitted.programmeWide) requireEverywhere({ actor });
  return actor;
}

async function actorWith(options: SignInOptions, permitted: Permitted): Promise<Actor> {
  const { mode, oidc, tokenFile } = signInWith();
  if (options.as !== undefined && options.tokenFile !== undefined)
    throw new DomainError(
      'INVALID_OPTION',
      '--as and --token-file cannot both say who acts.',
      'invalid',
      'as',
    );
  if (options.as !== undefined) {
    if (mode === 'production') throw signInRequired();
    return unsigned(options.as, options.regions, permitted);
  }
  const file = options.tokenFile ?? tokenFile;
  if (file === undefined) throw signInRequired();
  if (options.regions !== undefined)
    throw new DomainError(
      'INVALID_OPTION',
      '--regions goes with --as; a token says itself which regions it is for.',
      'invalid',
      'regions',
    );
  const keysDir = join(options.data, 'keys');
  if (!oidc) requireLocalKey(keysDir);
  const verify = await verifierOf(oidc === undefined ? {} : { oidc }, keysDir, 'cli');
  return verify(`Bearer ${readToken(file)}`);
}

/** The local issuer is asked where it is; a wrong --data makes no key. */
function requireLocalKey(keysDir: string): void {
  if (!existsSync(join(keysDir, 'token-signing.pem')))
    throw new DomainError(
      'TOKEN_INVALID',
      'The data folder has no local issuer that could have made this token.',
      'unauthenticated',
    );
}

const signInRequired = (): DomainError =>
  new DomainError(
    'SIGN_IN_REQUIRED',
    'Say who acts: --token-file, or SANAD_TOKEN_FILE, names a file with their token. --as does so in development mode only.',
    'unauthenticated',
    'as',
  );

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new DomainError(
      'FILE_UNREADABLE',
      `The file ${file} cannot be read.`,
      'invalid',
      'token-file',
    );
  }
}

/**
 * What --regions names. Where it comes to nothing (a variable that is not set) nobody is let in
 * everywhere. @throws DomainError INVALID_OPTION
 */
export function regionsIn(text: string): readonly string[] {
  const regions = text.split(',').map((region) => region.trim());
  if (regions.every(isRegion)) return regions;
  throw new DomainError(
    'INVALID_OPTION',
    '--regions takes ISO 3166-2 codes with commas between, for example MA-06,MA-07; leave it out for all regions',
    'invalid',
    'regions',
  );
}

function unsigned(id: string, regions: string | undefined, { roles }: Permitted): Actor {
  if (!isCallersSubject(id))
    throw new DomainError(
      'INVALID_ACTOR',
      "--as takes an account's name: 1 to 128 letters, digits or . _ : @ | / -, and none of the engine's own names",
      'invalid',
      'as',
    );
  return {
    id,
    role: roles[0]!,
    ...(regions === undefined ? {} : { regions: regionsIn(regions) }),
    via: { channel: 'cli', authentication: 'none' },
  };
}
