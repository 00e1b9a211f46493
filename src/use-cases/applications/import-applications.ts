import type { ProgrammePolicies } from '../../write-side/readers.js';
import { newestCycle } from '../../cycle/cycle-reader.js';
import { requireReceivedOn } from '../../application/received-on.rule.js';
import { NOT_SEALED, type Sealed } from '../../adapters/vault/port.js';
import { requireRegion, type Draft, type Recorded } from '../../kernel/decider.js';
import { streams, uuidOf } from '../../kernel/ids.js';
import { hashesOfAccount, hashOfAccount } from '../../person/account-hash.js';
import { abandonedClaims, claimant } from '../../person/claims.js';
import {
  duplicateOf,
  emptySummary,
  refusedFor,
  type ImportReject,
  type ImportSummary,
} from './import-result.js';
import { BatchesInOrder } from './batches-in-order.js';
import { importUnit, whileStillOpen } from './import-unit.js';
import { RehearsedRows } from './rehearsed-rows.js';
import {
  differs,
  otherProfile,
  personErased,
  referenceUsed,
  requireWithin,
  takenInBefore,
} from './taken-in-before.rule.js';
import { countDetermination, countEligible, determinationOf } from './assess-applications.js';
import { pipelined, recordEach, type UnitResult } from '../../write-side/bulk.js';
import type { Part, Unit } from '../../write-side/unit.js';
import { type Deps, type JobContext, type OnProgress } from '../../write-side/context.js';
import { requireOpen, whileOpen } from '../../programme/open-programme.js';
import type { HouseholdRow } from '../../tabular/household-row.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import {
  applicationIdOf,
  forgetUnregistered,
  personalRecords,
  personIdOf,
  sealEach,
  type Household,
} from './imported-household.js';

export interface ImportArgs {
  readonly programmeId: string;
  /** Batches of a few hundred rows. */
  readonly rows: AsyncIterable<readonly HouseholdRow[]>;
  /**
   * Determine eligibility in the same pass; each determination is recorded with the application, by
   * automation.
   */
  readonly determine?: boolean;
  /** Check everything, record nothing. */
  readonly dryRun?: boolean;
  /** Given the refused rows of each batch. */
  readonly onRejects?: (rejects: readonly ImportReject[]) => void | Promise<void>;
}

/**
 * Takes applications in, one atomic group a household: identity, person, payee account and
 * application. The same file again changes nothing; a run that was killed is finished by running it
 * again.
 * @throws DomainError PROGRAMME_NOT_FOUND, PROGRAMME_NOT_OPEN, PROGRAMME_CLOSED, StoreError,
 *   VaultError, the signal's reason
 */
export async function importApplications(
  deps: Deps,
  args: ImportArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<ImportSummary> {
  const summary = emptySummary();
  const programme = await new PolicyReader(deps.store).programme(args.programmeId);
  requireOpen(programme);
  const newest = await newestCycle(deps.store, args.programmeId);
  const intake = new Intake(deps, args, base, programme, summary, newest);
  await pipelined(
    args.rows,
    async (rows) => {
      const rejects = await intake.take(rows);
      summary.read += rows.length;
      if (rejects.length > 0) await args.onRejects?.(rejects);
      onProgress?.({ what: 'households', done: summary.read });
    },
    signal,
    // What a dry run says of a row depends on those before it, and no log keeps them.
    args.dryRun === true ? 1 : undefined,
  );
  return summary;
}

/** A row of a batch, with where all rejects of that batch go. */
interface BatchRow {
  readonly household: Household;
  readonly rejects: ImportReject[];
}

class Intake {
  /**
   * The first row of a file wins, whichever batch is synced first, and what is said of a later one
   * of its identity or reference depends on what became of it.
   */
  readonly #inOrder = new BatchesInOrder<BatchRow>(
    ({ household: { identityHash, personId } }) => [identityHash, personId],
    async (asked) => {
      const households = asked.map(({ household }) => household);
      await this.#record(households, asked[0]!.rejects);
    },
  );
  /** Of a dry run. */
  readonly #rehearsed = new RehearsedRows();
  readonly #stillOpen: Part;

  constructor(
    private readonly deps: Deps,
    private readonly args: ImportArgs,
    private readonly base: JobContext,
    private readonly programme: ProgrammePolicies,
    private readonly summary: ImportSummary,
    /** Period of the programme's newest cycle. */
    private readonly newest: string | undefined,
  ) {
    this.#stillOpen = whileOpen(args.programmeId);
  }

  async take(rows: readonly HouseholdRow[]): Promise<ImportReject[]> {
    const rejects: ImportReject[] = [];
    const asked = rows.flatMap((row) => {
      const household = this.#check(row, rejects);
      return household === undefined ? [] : [{ household, rejects }];
    });
    await this.#inOrder.take(asked);
    return rejects;
  }

  async #record(households: readonly Household[], rejects: ImportReject[]): Promise<void> {
    const claims = await this.deps.store.readStreams(
      households.map((h) => streams.identity(h.identityHash)),
    );
    const fresh: Household[] = [];
    const seen: Household[] = [];
    const holders = claims.map(({ events }) => claimant(events));
    const abandoned = await this.#abandoned(households, holders);
    households.forEach((household, i) => {
      const holder = holders[i];
      const { identityHash, personId, row } = household;
      if (holder === undefined) fresh.push(household);
      else if (holder === personId) seen.push(household);
      else if (abandoned.has(identityHash)) fresh.push({ ...household, abandonedBy: holder });
      else this.#duplicate(row, rejects);
    });
    if (seen.length > 0) fresh.push(...(await this.#compare(seen, rejects)));
    const accepted = fresh.filter((each) => this.#decided(each, false, rejects) !== undefined);
    if (this.args.dryRun) await this.#rehearse(accepted, rejects);
    else await this.#write(await this.#notThere(accepted, rejects), rejects);
  }

  /**
   * Those of whom nothing is there, or a part only; of the others it is said what they are. What is
   * sealed for a person who is there goes under that person's key, and for one who was erased
   * nothing can be.
   */
  async #notThere(
    households: readonly Household[],
    rejects: ImportReject[],
  ): Promise<readonly Household[]> {
    const persons = await this.deps.store.readStreams(
      households.map(({ personId }) => streams.person(personId)),
    );
    const known = households.filter((_, i) => persons[i]!.events.length > 0);
    if (known.length === 0) return households;
    const said = new Set(known);
    for (const unfinished of await this.#compare(known, rejects)) said.delete(unfinished);
    return households.filter((household) => !said.has(household));
  }

  async #write(households: readonly Household[], rejects: ImportReject[]): Promise<void> {
    const programme = await this.deps.store.readStream(streams.programme(this.args.programmeId));
    const written: Household[] = [];
    const units: Unit[] = [];
    for (const [i, sealed] of (await sealEach(households, this.deps)).entries()) {
      const household = households[i]!;
      if (sealed === undefined) {
        this.#reject(household.row, personErased(), rejects);
        continue;
      }
      written.push(household);
      const unit = this.#unit(household, ...sealed, this.args.determine);
      units.push(whileStillOpen(unit, this.#stillOpen, programme));
    }
    if (units.length === 0) return;
    const results = await recordEach(this.deps, units, this.base);
    const refused = written.filter((_, i) => results[i]!.kind === 'refused');
    await forgetUnregistered(refused, this.deps);
    const meanwhile: Household[] = [];
    results.forEach((result, i) => {
      if (result.kind === 'refused' && result.error.code === 'PERSON_ALREADY_REGISTERED')
        meanwhile.push(written[i]!);
      else this.#count(written[i]!, result, rejects);
    });
    const unfinished = meanwhile.length > 0 ? await this.#compare(meanwhile, rejects) : [];
    if (unfinished.length > 0) await this.#record(unfinished, rejects);
  }

  /** Says of each what a run would say. */
  async #rehearse(households: readonly Household[], rejects: ImportReject[]): Promise<void> {
    const unknown = households.filter((household) => {
      const found = this.#rehearsed.find(household);
      if (found?.kind === 'duplicate') this.#duplicate(household.row, rejects);
      if (found?.kind === 'again') this.#seenAgain(household.row, found.otherField, rejects);
      if (found?.kind === 'reference-used') this.#reject(household.row, referenceUsed(), rejects);
      return found === undefined;
    });
    for (const household of await this.#notThere(unknown, rejects)) {
      const drafts = this.#decided(household, this.args.determine, rejects);
      if (drafts === undefined) continue;
      this.#rehearsed.add(household);
      this.summary.submitted += 1;
      countEligible(drafts.at(-1), this.summary);
    }
  }

  /** Identities of these that somebody else claimed who was registered with another. */
  async #abandoned(
    households: readonly Household[],
    holders: readonly (string | undefined)[],
  ): Promise<ReadonlySet<string>> {
    const byOthers = households.flatMap(({ identityHash, personId }, i) => {
      const holder = holders[i];
      return holder === undefined || holder === personId ? [] : [{ identityHash, holder }];
    });
    const abandoned = await abandonedClaims(this.deps.store, byOthers);
    return new Set(abandoned.map(({ identityHash }) => identityHash));
  }

  /**
   * What it comes to, decided as for who is new here, which is not read again. Nothing is sealed
   * for what is refused.
   * @returns undefined where it is refused
   */
  #decided(
    household: Household,
    determine: boolean | undefined,
    rejects: ImportReject[],
  ): readonly Draft[] | undefined {
    const context = { actor: this.base.actor, now: this.deps.clock.now() };
    try {
      const { parts } = this.#unit(household, NOT_SEALED, NOT_SEALED, determine);
      return parts.flatMap((asked) => asked.decide([], context).map(({ draft }) => draft));
    } catch (error) {
      this.#reject(household.row, error, rejects);
      return undefined;
    }
  }

  /** What a row can be refused for without looking at the log. */
  #check(row: HouseholdRow, rejects: ImportReject[]): Household | undefined {
    try {
      requireRegion(this.base, row.region);
      const { timeZone } = this.programme.definition;
      const dating = { timeZone, months: this.programme.backdatedMonths };
      requireReceivedOn(row.receivedOn, dating, this.deps.clock.now(), this.newest);
      const { compiled } = this.programme.policyOf(row.receivedOn.slice(0, 7));
      compiled.takeFacts(row.facts, row.receivedOn);
      const personId = personIdOf(this.args.programmeId, row.reference);
      return {
        row,
        personId,
        accountId: uuidOf('account', personId, 1),
        applicationId: applicationIdOf(this.args.programmeId, row.reference),
        identityHash: this.deps.vault.keyedHash('identity', row.nationalId),
        accountHash: hashOfAccount(this.deps.vault, row.account.number),
        accountHashes: hashesOfAccount(this.deps.vault, row.account.number),
      };
    } catch (error) {
      this.#reject(row, error, rejects);
      return undefined;
    }
  }

  /**
   * Rows whose reference was taken in before: the same again, or something else under its name.
   * @returns those of which an earlier run wrote a part only, where the store cannot write a
   *   household at once
   */
  async #compare(households: readonly Household[], rejects: ImportReject[]): Promise<Household[]> {
    const unfinished: Household[] = [];
    const read = await this.deps.store.readStreams(
      households.flatMap((h) => [streams.person(h.personId), streams.application(h.applicationId)]),
    );
    const looked = households.flatMap((household, i) => {
      const person = read[i * 2]!.events;
      const submitted = read[i * 2 + 1]!.events[0];
      try {
        requireWithin(this.base, person, submitted);
      } catch (error) {
        this.#reject(household.row, error, rejects);
        return [];
      }
      const before = takenInBefore(household, person, submitted);
      return {
        household,
        before,
        sealed: before === 'same' ? this.#sealed(household, person) : [],
      };
    });
    const opened = (await this.deps.vault.open(looked.flatMap(({ sealed }) => sealed))).values();
    for (const { household, before, sealed } of looked) {
      const [profile, account] = sealed.map(() => opened.next().value);
      if (before === 'in-part') unfinished.push(household);
      else if (before !== 'same') this.#reject(household.row, before, rejects);
      else this.#seenAgain(household.row, otherProfile(household.row, profile, account), rejects);
    }
    return unfinished;
  }

  /**
   * What is to be opened and compared; nothing where the record that the row makes is the one that
   * is there.
   */
  #sealed(household: Household, person: readonly Recorded[]): readonly Sealed[] {
    const [profile] = personalRecords(household, this.deps);
    const registered = person.find((event) => event.type === 'PersonRegistered')!;
    if (registered.data.sealed.record === profile.record) return [];
    const account = person.find(
      (event) =>
        event.type === 'PayeeAccountRegistered' &&
        household.accountHashes.has(event.data.accountHash),
    ) as Recorded<'PayeeAccountRegistered'>;
    return [registered.data.sealed, account.data.sealed];
  }

  #seenAgain(row: HouseholdRow, otherField: string | undefined, rejects: ImportReject[]): void {
    if (otherField === undefined) this.summary.alreadyThere += 1;
    else this.#reject(row, differs(otherField), rejects);
  }

  #unit(
    household: Household,
    profile: Sealed,
    account: Sealed,
    determine: boolean | undefined,
  ): Unit {
    const determination = determine === true ? determinationOf(this.programme) : undefined;
    return importUnit(household, { profile, account }, this.args.programmeId, determination);
  }

  #count({ row }: Household, result: UnitResult, rejects: ImportReject[]): void {
    if (result.kind === 'refused') {
      if (result.error.code === 'IDENTITY_ALREADY_REGISTERED') this.#duplicate(row, rejects);
      else this.#reject(row, result.error, rejects);
    } else if (result.kind === 'recorded') {
      this.summary.submitted += 1;
      countDetermination(result, this.summary);
    } else this.summary.alreadyThere += 1;
  }

  #duplicate(row: HouseholdRow, rejects: ImportReject[]): void {
    this.summary.duplicates += 1;
    rejects.push(duplicateOf(row));
  }

  #reject(row: HouseholdRow, error: unknown, rejects: ImportReject[]): void {
    const refused = refusedFor(row, error);
    this.summary.rejected += 1;
    rejects.push(refused);
  }
}
