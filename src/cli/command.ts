import type { Command } from 'commander';
import { systemClock } from '../adapters/clock/system.js';
import { dataDirIn } from '../composition/config.js';
import { toldWithin, type Actor, type Role } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { uuidOf } from '../kernel/ids.js';
import type { CommandContext } from '../write-side/context.js';
import { EXIT, fail, makeOutput, type Output } from './output.js';
import { signIn, signInToRead } from './sign-in.js';

export interface CommonOptions {
  readonly data: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly as?: string;
  readonly regions?: string;
  readonly tokenFile?: string;
  /** Who signed in; of commands that somebody acts with, or reads with in production mode. */
  readonly actor?: Actor;
}

export interface Run {
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Options that every command has. */
export function common(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder', dataDirIn())
    .option('--json', 'one JSON object on standard output')
    .option('--quiet', 'no progress');
}

/** Commands that somebody acts with; who it is, is asked before any work begins. */
const acted = new WeakSet<Command>();
export const isActed = (command: Command): boolean => acted.has(command);
/** Commands that show persons or payments. */
const reads = new WeakSet<Command>();
export const isReading = (command: Command): boolean => reads.has(command);
/** Of a command in its group, as `permissions` knows it. */
export const nameOf = (command: Command): string =>
  `${command.parent?.name() ?? ''} ${command.name()}`.trim();

/** Adds who acts: every fact names its author, and two steps of one decision take two people. */
export function acting(command: Command): Command {
  acted.add(command);
  return signed(command);
}

/** Adds who asks to be shown persons or payments: in production mode nobody is without a token. */
export function reading(command: Command): Command {
  reads.add(command);
  return signed(command);
}

const signed = (command: Command): Command =>
  common(command)
    .option('--token-file <file>', 'file with the token of who acts (or SANAD_TOKEN_FILE)')
    .option(
      '--as <subject>',
      'who acts, as the log will name them (an account, not a name); not in production mode',
    )
    .option('--regions <list>', 'limit the actor of --as to these regions, comma-separated');

/** The subject of an account. @throws DomainError */
export function subjectOf(text: string, option = 'owner'): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@:-]{0,99}$/.test(text))
    throw new DomainError(
      'INVALID_OPTION',
      `--${option} takes 1 to 100 letters, digits or . _ @ : -`,
      'invalid',
      option,
    );
  return text;
}

/** Who signed in for a command. `role` is what the command is given in without a token. */
export function actorOf({ actor }: CommonOptions, role: Role): Actor {
  if (!actor) throw new Error(`nobody signed in for what a ${role} does`);
  return actor;
}

/**
 * Who asks for what, now. The command's id is made from it when it is decided, with the content and
 * the revision of the stream that is written last: a call that was cut short and is made again is
 * the same command, and the same words once the stream went on are another.
 */
export function contextOf(
  actor: Actor,
  verb: string,
  ...parts: readonly (string | number)[]
): CommandContext {
  return {
    actor: { via: { channel: 'cli', authentication: 'none' }, ...actor },
    now: systemClock.now(),
    verb: `cli ${verb}`,
    key: [actor.id, ...parts].join(' '),
    correlationId: uuidOf('cli', actor.id, verb, ...parts),
  };
}

const SAME_SIGNAL_MS = 500;

/**
 * Runs a command's work: signals stop it at the next safe point, failures become one line and an
 * exit code.
 */
export function action<O extends CommonOptions, A extends readonly unknown[]>(
  work: (run: Run, options: O, ...args: A) => Promise<number | void>,
  onStop = 'Stopping at the next safe point; run the same command again to finish.',
): (...args: unknown[]) => Promise<void> {
  return async (...all) => {
    const command = all.at(-1) as Command;
    const args = all.slice(0, -2) as readonly unknown[] as A;
    const started = performance.now();
    const given = all.at(-2) as O;
    const out = makeOutput(given, () => performance.now() - started);
    const stop = new AbortController();
    let signalledAt = -Infinity;
    const onSignal = (): void => {
      const before = signalledAt;
      signalledAt = performance.now();
      // A terminal's signal comes twice, by itself and from what started this process.
      if (signalledAt - before < SAME_SIGNAL_MS) return;
      if (stop.signal.aborted) process.exit(EXIT.interrupted);
      out.note(`\n${onStop}`);
      stop.abort(
        new DomainError(
          'INTERRUPTED',
          'Stopped before the end; run the same command again to finish.',
          'unavailable',
        ),
      );
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    let actor: Actor | undefined;
    try {
      if (isActed(command)) actor = await signIn(given, nameOf(command));
      else if (isReading(command)) actor = await signInToRead(given, nameOf(command));
      const options = actor ? { ...given, actor } : given;
      process.exitCode = (await work({ out, signal: stop.signal }, options, ...args)) ?? EXIT.ok;
    } catch (error) {
      const told = actor && error instanceof DomainError ? toldWithin(actor, error) : error;
      process.exitCode = fail(told, given.json === true);
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  };
}

/** A whole number within limits, or a refusal that names the option. */
export function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max))
      throw new DomainError(
        'INVALID_OPTION',
        `--${name} takes a whole number from ${min} to ${max}`,
        'invalid',
        name,
      );
    return value;
  };
}
