import type { DomainError } from '../kernel/errors.js';
import type { Deps, JobContext } from './context.js';
import { Defect } from './defect.js';
import type { WrittenText } from '../kernel/personal-text.js';
import { loadParts } from './load-parts.js';
import { refuseKnownIdentities } from './known-identities.js';
import { recordUnits, type Recorder, type Recording } from './record.js';
import type { Unit } from './unit.js';

/** What became of one unit of a bulk job, which asks for no receipt. */
export type UnitResult = Exclude<Recording, { readonly kind: 'kept' }>;

/**
 * Records many units, batched and grouped; see recordUnits. What a decider refuses is that unit's
 * result and no one else's.
 * @returns one result a unit, in order
 * @throws DomainError CONCURRENT_CHANGE after 50 attempts, StoreError, ContractError
 */
export const record = (
  deps: Deps,
  units: readonly Unit[],
  base: JobContext,
): Promise<readonly UnitResult[]> => recorded(deps, units, base, {});

/**
 * As record, for callers who tell what was refused: a unit with an event that no log takes, because
 * its contract or its size forbids it, or one whose decision meets a defect of ours, is refused
 * like one that its decider refuses. Where all of several meet one, the first is thrown.
 */
export const recordEach = (
  deps: Deps,
  units: readonly Unit[],
  base: JobContext,
): Promise<readonly UnitResult[]> => recorded(deps, units, base, { each: true });

/**
 * As recordEach, where the units carry what somebody wrote in their own words: they are looked up
 * once a unit is accepted, the same words once, so that who may record nothing is told nothing.
 */
export const recordEachWritten = (
  deps: Deps,
  units: readonly Unit[],
  base: JobContext,
): Promise<readonly UnitResult[]> =>
  recorded(deps, units, base, { each: true, refuseTexts: lookedUpOnce(deps) });

function lookedUpOnce(deps: Deps): Required<Recorder>['refuseTexts'] {
  const answers = new Map<string, Promise<void>>();
  return async (texts) => {
    for (const one of texts) {
      const key = `${one.name} ${one.text}`;
      let answer = answers.get(key);
      if (!answer) {
        answer = refuseKnownIdentities(deps, [one]);
        answers.set(key, answer);
      }
      await answer;
    }
  };
}

/**
 * Of units that all say the same words: these are refused for all of them, or for none.
 * @throws DomainError PERSONAL_DATA_IN_TEXT
 */
export function requireFitWords(results: readonly UnitResult[]): void {
  for (const result of results)
    if (result.kind === 'refused' && result.error.code === 'PERSONAL_DATA_IN_TEXT')
      throw result.error;
}

async function recorded(
  { store, registry, clock }: Deps,
  units: readonly Unit[],
  base: JobContext,
  how: Pick<Recorder, 'each' | 'refuseTexts'>,
): Promise<readonly UnitResult[]> {
  const recorder = { store, registry, now: () => clock.now(), ...how };
  const results = await recordUnits(recorder, units, base);
  return results.map((result) => {
    if (result.kind === 'kept') throw new Error('a bulk unit has no receipt');
    return result;
  });
}

/**
 * Of a walk that is over only once all its units went through: what meets a defect keeps no other
 * from being recorded, and is thrown at the end, by name.
 */
export class Unfinished {
  #first: DomainError | undefined;

  /** @throws DomainError what a decider refuses */
  add(units: readonly Unit[], results: readonly UnitResult[]): void {
    results.forEach((result, i) => {
      if (result.kind !== 'refused') return;
      if (!(result.error instanceof Defect)) throw result.error;
      this.met(units[i]!.parts[0]!.stream, result.error);
    });
  }

  met(stream: string, { code, detail }: Defect): void {
    this.#first ??= new Defect(code, `${stream}: ${detail}`);
  }

  /** @throws Defect the first of them */
  finish(): void {
    if (this.#first) throw this.#first;
  }
}

/**
 * One unit of a job by itself, its streams read first.
 * @throws DomainError what its deciders refuse
 */
export async function recordOne(
  deps: Deps,
  unit: Unit,
  base: JobContext,
): Promise<Exclude<UnitResult, { readonly error: DomainError }>> {
  const loaded = await loadParts(deps.store, unit.parts);
  const refuseTexts = (texts: readonly WrittenText[]) => refuseKnownIdentities(deps, texts);
  const [result] = await recorded(deps, [{ ...unit, loaded }], base, { refuseTexts });
  if (result!.kind === 'refused') throw result!.error;
  return result!;
}

/**
 * Takes batches from a source and works on up to `inFlight` of them at once: the next is read and
 * decided while the earlier are being synced. `work` starts in the order of the source. The first
 * failure stops the reading, waits for what is under way and is thrown; so is the signal's reason,
 * however late it comes.
 */
export async function pipelined<B>(
  source: AsyncIterable<B>,
  work: (batch: B) => Promise<void>,
  signal?: AbortSignal,
  inFlight = 3,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const batch of source) {
      signal?.throwIfAborted();
      const started: Promise<void> = work(batch)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          underWay.delete(started);
        });
      underWay.add(started);
      if (underWay.size >= inFlight) await Promise.race(underWay);
      if (failure) break;
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failure) throw failure.error;
  signal?.throwIfAborted();
}
