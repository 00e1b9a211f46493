import { isDamaged } from '../adapters/vault/port.js';
import { DomainError } from '../kernel/errors.js';
import { isOutage, isRefusal } from './outage.js';

/**
 * That one item of a bulk job met a defect, of the program or of its record in the vault: it is
 * left out, and named.
 */
export class Defect extends DomainError {}

/** Undefined for a refusal, and for a failure of what we stand on: neither is the item's defect. */
function defectOf(error: unknown): Defect | undefined {
  if (isDamaged(error)) return new Defect(error.code, error.detail);
  if (!(error instanceof Error) || isRefusal(error) || isOutage(error)) return undefined;
  return new Defect(
    'INTERNAL_ERROR',
    `It met a defect of this version (${error.name}${placeOf(error)}); have it mended, and do this again.`,
  );
}

/** The line of the program that threw; nothing of the message, which may quote somebody's data. */
function placeOf({ stack = '' }: Error): string {
  const place = /^ +at .*?([\w.-]+\.[jt]s:\d+):\d+\)?$/m.exec(stack)?.[1];
  return place === undefined ? '' : ` at ${place}`;
}

/**
 * Items of one batch that met a defect. One item's is its own; where no item of several goes
 * through, it is everybody's, and the job fails.
 */
export class Defects {
  #tried = 0;
  #met = 0;
  #first: unknown;

  /** Another item is tried. */
  tries(): void {
    this.#tried += 1;
  }

  /** What is said of the item. @throws the error where it is no defect */
  met(error: unknown): Defect {
    const defect = defectOf(error);
    if (!defect) throw error;
    this.#met += 1;
    this.#first ??= error;
    return defect;
  }

  /**
   * What comes of an item; undefined where it meets a defect, which is told of it. @throws any
   * other failure
   */
  look<T>(item: () => T, told: (defect: Defect) => void): T | undefined {
    this.tries();
    try {
      return item();
    } catch (error) {
      told(this.met(error));
      return undefined;
    }
  }

  /** @throws the first of them where all met one */
  finish(): void {
    if (this.#met > 1 && this.#met === this.#tried) throw this.#first;
  }
}
