import type { StreamEvents } from '../../adapters/event-store/port.js';
import { applicationDecider } from '../../application/application.decider.js';
import { type ApplicationState } from '../../application/application.state.js';
import { named, within } from './assess-applications.js';
import { pipelined, recordEachWritten, requireFitWords } from '../../write-side/bulk.js';
import { fromState, part, type Part, type Unit } from '../../write-side/unit.js';
import type { Recorded } from '../../kernel/decider.js';
import { idIn, streams } from '../../kernel/ids.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { whilePaidBy } from '../../programme/open-programme.js';
import { foldApplication } from '../folds.js';
import { deciding, waitsFor, type DecideAction } from './decision.rule.js';
import { approvalParts } from './approval-parts.js';
import { personsOf, whileNotErased } from './while-not-erased.js';
import type { ProgrammePolicies } from '../../write-side/readers.js';
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
 * @throws StoreError, the signal's reason; DomainError PERSONAL_DATA_IN_TEXT, and nothing is
 * recorded
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
  const programme = await deps.store.readStream(streams.programme(args.programmeId));
  const pages = args.applicationIds
    ? pagesOfStreams(deps.store, named(args.applicationIds))
    : pagesOf(deps.store, 'application-', { signal });
  await pipelined(
    pages,
    async (page) => {
      const looked = within(page, args.regions);
      const chosen = looked.filter((stream) => concerns(stream, args));
      const applications = chosen.map(({ stream }) =>
        part(
          stream,
          applicationDecider,
          fromState([args.action, args.reason], (state: ApplicationState) =>
            deciding(args.action, args.reason, state, policies),
          ),
        ),
      );
      const each = await decidable(
        deps,
        args,
        { policies, events: programme },
        chosen,
        applications,
      );
      const units = chosen.map(({ stream }, i): Unit => ({
        verb: args.action,
        key: stream,
        ...each[i]!,
      }));
      const results = await recordEachWritten(deps, units, base);
      requireFitWords(results);
      const refused: Refusal[] = [];
      results.forEach((result, i) => {
        if (result.kind === 'recorded') summary.done += 1;
        else if (result.kind === 'refused')
          refused.push(refusalTo(base.actor, idIn(chosen[i]!.stream), result.error));
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

type Decidable = Required<Pick<Unit, 'parts' | 'loaded'>>;

/** What each is decided by: what an action relies on besides is read for all of a page at once. */
async function decidable(
  deps: Pick<Deps, 'store'>,
  args: DecideArgs,
  programme: { readonly policies: ProgrammePolicies; readonly events: readonly Recorded[] },
  chosen: readonly StreamEvents[],
  applications: readonly Part[],
): Promise<readonly Decidable[]> {
  if (args.action === 'reject')
    return chosen.map(({ events }, i) => ({ parts: [applications[i]!], loaded: [events] }));
  const persons = await personsOf(
    deps.store,
    chosen.map(({ events }) => events),
  );
  if (args.action === 'recommend')
    return persons.map(({ personId, events }, i) => ({
      parts: [applications[i]!, whileNotErased(personId)],
      loaded: [chosen[i]!.events, events],
    }));
  const { programmeId } = args;
  const enrolments = await deps.store.readStreams(
    persons.map(({ personId }) => streams.enrolment(programmeId, personId)),
  );
  return persons.map(({ personId, events: person }, i) => {
    const { stream, events } = chosen[i]!;
    const applicationId = idIn(stream);
    const approved = { applicationId, programmeId, personId };
    const [approval, ...rest] = approvalParts(applications[i]!, approved);
    const month = foldApplication(events).receivedOn.slice(0, 7);
    const inForce = whilePaidBy(
      programmeId,
      month,
      () => programme.policies.policyOf(month).version,
    );
    return {
      parts: [approval!, inForce, ...rest],
      loaded: [events, programme.events, person, enrolments[i]!.events],
    };
  });
}

function concerns({ events }: StreamEvents, args: DecideArgs): boolean {
  if (args.applicationIds) return true;
  const state = foldApplication(events);
  return state.programmeId === args.programmeId && waitsFor(args.action, state);
}
