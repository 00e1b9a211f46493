import type { StreamEvents } from '../../adapters/event-store/port.js';
import { applicationDecider } from '../../application/application.decider.js';
import { type ApplicationState } from '../../application/application.state.js';
import { named, within } from './assess-applications.js';
import { pipelined, recordEachWritten, requireFitWords } from '../../write-side/bulk.js';
import { fromState, part, type Part, type Unit } from '../../write-side/unit.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { whileOpen } from '../../programme/open-programme.js';
import { foldApplication } from '../folds.js';
import { deciding, waitsFor, type DecideAction } from './decision.rule.js';
import { notEnrolledYet } from './not-enrolled-yet.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { refusalTo, type Refusal } from '../../write-side/refusals.js';
import { pagesOf, pagesOfStreams } from '../../write-side/stream-pages.js';

export interface DecideArgs {
  readonly programmeId: string;
  readonly action: DecideAction;
  /**
   * Exactly these, each answered for; absent: every application of the programme that waits for the
   * action.
   */
  readonly applicationIds?: Iterable<string>;
  /** Only these regions: what is elsewhere is neither looked at nor counted. */
  readonly regions?: readonly string[];
  /** For rejections: why; a default names the determination. */
  readonly reason?: string;
  readonly onRefused?: (refusals: readonly Refusal[]) => void;
}
/**
 * `seen` were looked at; `done` recorded now; `refused` by a rule; the rest did not wait for the
 * action.
 */
export interface DecideSummary {
  seen: number;
  done: number;
  refused: number;
}

/**
 * Recommends, approves or rejects many applications, each recorded by itself under the actor's
 * name; the rules about persons hold for each. Running it again goes on where it stopped.
 * @throws StoreError, the signal's reason; DomainError PERSONAL_DATA_IN_TEXT, and nothing is recorded
 */
export async function decideApplications(
  deps: Deps,
  args: DecideArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<DecideSummary> {
  const summary: DecideSummary = { seen: 0, done: 0, refused: 0 };
  const policies = await new PolicyReader(deps.store).programme(args.programmeId);
  const programme =
    args.action === 'approve'
      ? await deps.store.readStream(streams.programme(args.programmeId))
      : undefined;
  const taken = new Map<string, string>();
  const pages = args.applicationIds
    ? pagesOfStreams(deps.store, named(args.applicationIds))
    : pagesOf(deps.store, 'application-', { signal });
  await pipelined(
    pages,
    async (page) => {
      const looked = within(page, args.regions);
      const chosen = looked.filter((stream) => concerns(stream, args));
      const approved = programme ? await approving(deps, args, programme, chosen, taken) : [];
      const units = chosen.map(({ stream, events }, i): Unit => ({
        verb: args.action,
        key: stream,
        loaded: [events, ...(approved[i]?.loaded ?? [])],
        parts: [
          part(
            stream,
            applicationDecider,
            fromState([args.action, args.reason], (state: ApplicationState) =>
              deciding(args.action, args.reason, state, policies),
            ),
          ),
          ...(approved[i]?.parts ?? []),
        ],
      }));
      const results = await recordEachWritten(deps, units, base);
      requireFitWords(results);
      const refused: Refusal[] = [];
      results.forEach((result, i) => {
        if (result.kind === 'recorded') summary.done += 1;
        else if (result.kind === 'refused')
          refused.push(
            refusalTo(base.actor, chosen[i]!.stream.slice('application-'.length), result.error),
          );
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

/**
 * What an approval relies on besides its application, by application: both are only looked at.
 * @param taken by person: the stream of the application that this run approves, which is one
 */
async function approving(
  { store }: Pick<Deps, 'store'>,
  { programmeId }: DecideArgs,
  programme: readonly Recorded[],
  chosen: readonly StreamEvents[],
  taken: Map<string, string>,
): Promise<readonly Required<Pick<Unit, 'parts' | 'loaded'>>[]> {
  const applications = chosen.map(({ events }) => foldApplication(events));
  const persons = applications.map(({ personId }) => personId);
  const enrolments = await store.readStreams(
    persons.map((personId) => streams.enrolment(programmeId, personId)),
  );
  const isOpen = whileOpen(programmeId);
  return persons.map((personId, i) => ({
    parts: [
      isOpen,
      // Who is enrolled in the very moment keeps that enrolment: nothing is begun twice.
      onlyOne({ ...notEnrolledYet({ programmeId, personId }), guards: false }, () => {
        if (waitsFor('approve', applications[i]!)) take(taken, personId, chosen[i]!.stream);
      }),
    ],
    loaded: [programme, enrolments[i]!.events],
  }));
}

/** A part that is looked at last: what was refused before it takes nothing. */
const onlyOne = (last: Part, take: () => void): Part => ({
  ...last,
  decide(events, context) {
    const decisions = last.decide(events, context);
    take();
    return decisions;
  },
});

/**
 * Of several applications of one person a run approves one: the others would begin nothing.
 * @throws DomainError ALREADY_ENROLLED
 */
function take(taken: Map<string, string>, personId: string, stream: string): void {
  if ((taken.get(personId) ?? stream) !== stream)
    throw new DomainError(
      'ALREADY_ENROLLED',
      'Another application of the person is approved with it; this one would begin nothing.',
      'conflict',
      'personId',
    );
  taken.set(personId, stream);
}

function concerns({ events }: StreamEvents, args: DecideArgs): boolean {
  if (args.applicationIds) return true;
  const state = foldApplication(events);
  return state.programmeId === args.programmeId && waitsFor(args.action, state);
}
