import type { StreamEvents } from '../../adapters/event-store/port.js';
import type { ProgrammePolicies } from '../../write-side/readers.js';
import { applicationDecider } from '../../application/application.decider.js';
import { type ApplicationState } from '../../application/application.state.js';
import { idIn, streams } from '../../kernel/ids.js';
import { pipelined, recordEach, type UnitResult } from '../../write-side/bulk.js';
import { fromState, part, type Unit } from '../../write-side/unit.js';
import { foldApplication } from '../folds.js';
import { personsOf, whileNotErased } from './while-not-erased.js';
import { determining, waitsForDetermination } from './determination.rule.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { refusalTo, type Refusal } from '../../write-side/refusals.js';
import { pagesOf, pagesOfStreams } from '../../write-side/stream-pages.js';

export interface AssessArgs {
  readonly programmeId: string;
  /** Only these; absent: every application of the programme that waits for a determination. */
  readonly applicationIds?: Iterable<string>;
  /** Only these regions: what is elsewhere is neither looked at nor counted. */
  readonly regions?: readonly string[];
  readonly onRefused?: (refusals: readonly Refusal[]) => void;
}
export interface AssessSummary {
  seen: number;
  determined: number;
  eligible: number;
  ineligible: number;
  refused: number;
}

/** Determines an application by what it is once it is loaded. */
export const determinationOf = (programme: ProgrammePolicies) =>
  fromState(['DetermineEligibility', programme.programmeId], (state: ApplicationState) =>
    determining(programme, state),
  );

/** Adds the determination that a unit recorded, if it did. */
export function countDetermination(result: UnitResult, counts: Determined): void {
  if (result.kind !== 'recorded') return;
  // What is only looked at stands among the writes too, behind those that say something.
  const last = result.writes.findLast(({ events }) => events.length > 0);
  countEligible(last?.events.at(-1), counts);
}

interface Determined {
  eligible: number;
  ineligible: number;
}

/** @param event the last that was decided on an application */
export function countEligible(
  event: { readonly type: string; readonly data: unknown } | undefined,
  counts: Determined,
): void {
  if (event?.type !== 'EligibilityDetermined') return;
  if ((event.data as { readonly eligible: boolean }).eligible) counts.eligible += 1;
  else counts.ineligible += 1;
}

/**
 * Determines every application that waits for it, in pages. Running it again finds nothing left to
 * do.
 * @throws DomainError PROGRAMME_NOT_FOUND, StoreError, the signal's reason
 */
export async function assessApplications(
  deps: Deps,
  args: AssessArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<AssessSummary> {
  const summary: AssessSummary = { seen: 0, determined: 0, eligible: 0, ineligible: 0, refused: 0 };
  const programme = await new PolicyReader(deps.store).programme(args.programmeId);
  const determination = determinationOf(programme);
  const pages = args.applicationIds
    ? pagesOfStreams(deps.store, named(args.applicationIds))
    : pagesOf(deps.store, 'application-', { signal });
  await pipelined(
    pages,
    async (page) => {
      const looked = within(page, args.regions);
      const waiting = looked.filter(
        ({ events }) =>
          args.applicationIds !== undefined ||
          waitsForDetermination(foldApplication(events), programme),
      );
      const persons = await personsOf(
        deps.store,
        waiting.map(({ events }) => events),
      );
      const units = waiting.map(({ stream, events }, i): Unit => ({
        verb: 'determine',
        key: stream,
        loaded: [events, persons[i]!.events],
        parts: [
          part(stream, applicationDecider, determination),
          whileNotErased(persons[i]!.personId),
        ],
      }));
      const results = await recordEach(deps, units, base);
      const refused: Refusal[] = [];
      results.forEach((result, i) => {
        if (result.kind === 'recorded') summary.determined += 1;
        else if (result.kind === 'refused')
          refused.push(refusalTo(base.actor, idIn(waiting[i]!.stream), result.error));
        countDetermination(result, summary);
      });
      summary.seen += looked.length;
      summary.refused += refused.length;
      if (refused.length > 0) args.onRefused?.(refused);
      onProgress?.({ what: 'applications', done: summary.seen });
    },
    signal,
  );
  return summary;
}

/** Those in the regions that a caller is limited to; elsewhere is as nowhere. */
export const within = (
  page: readonly StreamEvents[],
  regions: readonly string[] | undefined,
): readonly StreamEvents[] =>
  regions === undefined
    ? page
    : page.filter(({ events }) => regions.includes(foldApplication(events).region));

export function* named(ids: Iterable<string>): Generator<string> {
  for (const id of ids) yield streams.application(id);
}
