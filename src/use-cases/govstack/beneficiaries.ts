import { NOT_SEALED, type Sealed } from '../../adapters/vault/port.js';
import { notInRegions, type Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import {
  functionalIdOf,
  modalityOf,
  personIdOf,
  type AccountKind,
  type Modality,
} from '../../kernel/govstack.js';
import { streams, uuidOf } from '../../kernel/ids.js';
import { hashesOfAccount, hashOfAccount } from '../../person/account-hash.js';
import { personDecider, type PersonCommand } from '../../person/person.decider.js';
import { accountRecord } from '../../person/personal.js';
import { recordEach } from '../../write-side/bulk.js';
import { fromState, part, type Unit } from '../../write-side/unit.js';
import type { Deps, JobContext } from '../../write-side/context.js';
import { payeeOf } from '../../person/payee.rule.js';
import { numbersOf } from '../../person/payees.js';
import { isErased, regionOf } from '../../person/person-history.rule.js';
import { accountOf, type Beneficiary } from './beneficiary-account.rule.js';

/** `index` counts from 0; `reason` carries nothing personal. */
export interface FailedBeneficiary {
  readonly index: number;
  readonly code: string;
  readonly reason: string;
}
export interface BeneficiariesTaken {
  readonly changed: number;
  readonly unchanged: number;
  readonly failed: readonly FailedBeneficiary[];
}

const PAGE = 200;

type How = 'register' | 'update';

/** A beneficiary of a request, by place in it, who may be a person here. */
interface Named {
  readonly index: number;
  readonly beneficiary: Beneficiary;
  readonly personId: string;
}

/** An account that is to be set. */
interface Setting {
  readonly index: number;
  readonly personId: string;
  readonly accountId: string;
  readonly kind: AccountKind;
  readonly number: string;
  readonly accountHash: string;
  readonly events: readonly Recorded[];
}

/** Sets the accounts of one request, a page of beneficiaries at a time. */
class AccountSetter {
  readonly #seen = new Set<string>();
  readonly #failed: FailedBeneficiary[] = [];
  #changed = 0;
  #unchanged = 0;

  constructor(
    private readonly deps: Deps,
    private readonly how: How,
    private readonly requestId: string,
    private readonly base: JobContext,
  ) {}

  /** @param from place in the request of the first of them */
  async set(beneficiaries: readonly Beneficiary[], from: number): Promise<void> {
    const named = beneficiaries.flatMap((beneficiary, i) => this.#named(beneficiary, from + i));
    const people = await this.deps.store.readStreams(
      named.map(({ personId }) => streams.person(personId)),
    );
    const settings = named.flatMap((one, i) => this.#settingOf(one, people[i]!.events));
    const allowed = settings.filter((setting) => this.#accepted(setting));
    const units = await this.#unitsOf(allowed);
    (await recordEach(this.deps, units, this.base)).forEach((answer, i) => {
      if (answer.kind === 'refused') this.#failed.push(failed(allowed[i]!.index, answer.error));
      else if (answer.kind === 'recorded') this.#changed += 1;
      else this.#unchanged += 1;
    });
  }

  taken(): BeneficiariesTaken {
    const inOrder = this.#failed.toSorted((a, b) => a.index - b.index);
    return { changed: this.#changed, unchanged: this.#unchanged, failed: inOrder };
  }

  #named(beneficiary: Beneficiary, index: number): Named[] {
    const personId = personIdOf(beneficiary.payeeIdentity);
    if (personId === undefined) {
      this.#failed.push(unknown(index, this.base));
      return [];
    }
    if (this.#seen.has(personId)) {
      const reason = 'The payee is in the request twice.';
      this.#failed.push({ index, code: 'PAYEE_TWICE', reason });
      return [];
    }
    this.#seen.add(personId);
    return [{ index, beneficiary, personId }];
  }

  /** None where the account is what it is asked to be, or may not be set. */
  #settingOf({ index, beneficiary, personId }: Named, events: readonly Recorded[]): Setting[] {
    if (events.length === 0 || isErased(events) || this.#isElsewhere(events)) {
      this.#failed.push(unknown(index, this.base));
      return [];
    }
    const payee = payeeOf(events);
    try {
      const { kind, number } = accountOf(beneficiary, payee?.kind);
      const accountHash = hashOfAccount(this.deps.vault, number);
      const isItsOwn = payee && hashesOfAccount(this.deps.vault, number).has(payee.accountHash);
      if (isItsOwn && payee.kind === kind) {
        this.#unchanged += 1;
        return [];
      }
      if (this.how === 'register' && payee) throw alreadyRegistered();
      const accountId = uuidOf('account', personId, 'govstack', this.requestId, accountHash);
      return [{ index, personId, accountId, kind, number, accountHash, events }];
    } catch (error) {
      this.#failed.push(failed(index, error));
      return [];
    }
  }

  /** Whether somebody of another region has this account or none is not told either. */
  #isElsewhere(events: readonly Recorded[]): boolean {
    const { regions } = this.base.actor;
    return regions !== undefined && !regions.includes(regionOf(events) ?? '');
  }

  /** Nothing is sealed for what is refused. */
  #accepted(setting: Setting): boolean {
    const { actor } = this.base;
    try {
      for (const asked of this.#unitOf(setting, NOT_SEALED).parts)
        asked.decide(setting.events, { actor, now: this.deps.clock.now() });
      return true;
    } catch (error) {
      this.#failed.push(failed(setting.index, error));
      return false;
    }
  }

  async #unitsOf(settings: readonly Setting[]): Promise<Unit[]> {
    if (settings.length === 0) return [];
    const { vault } = this.deps;
    const sealed = await vault.seal(
      settings.map(({ personId, accountId, number }) =>
        accountRecord(vault, personId, accountId, number, undefined),
      ),
    );
    return settings.map((setting, i) => this.#unitOf(setting, sealed[i]!));
  }

  #unitOf(setting: Setting, sealed: Sealed): Unit {
    const { personId, accountId, kind, accountHash, events } = setting;
    const account = { personId, accountId, kind, accountHash, sealed };
    return {
      verb: `govstack-${this.how}`,
      key: `${personId} ${this.requestId}`,
      loaded: [events],
      parts: [
        part(
          streams.person(personId),
          personDecider,
          fromState([accountId, kind], (state): PersonCommand | undefined => {
            if (state.account?.accountHash === accountHash && state.account.kind === kind)
              return undefined;
            // Somebody else may have registered one meanwhile.
            if (this.how === 'register' && state.account) throw alreadyRegistered();
            return { type: 'RegisterPayeeAccount', ...account };
          }),
        ),
      ],
    };
  }
}

const alreadyRegistered = (): DomainError =>
  new DomainError('ALREADY_REGISTERED', 'The payee has another account; update it.', 'conflict');

/**
 * Registers accounts of persons whom Sanad knows, or changes them; whoever it does not know is
 * refused. Registering takes a person without an account (or with this one); changing puts it in
 * the place of the one before, with all that follows from a changed account: it is not verified,
 * and held as the programme says. The same again changes nothing.
 * @param requestId of the request; part of the ids of what it makes
 */
export async function setAccounts(
  deps: Deps,
  how: How,
  requestId: string,
  beneficiaries: readonly Beneficiary[],
  base: JobContext,
): Promise<BeneficiariesTaken> {
  const setter = new AccountSetter(deps, how, requestId, base);
  for (let from = 0; from < beneficiaries.length; from += PAGE)
    await setter.set(beneficiaries.slice(from, from + PAGE), from);
  return setter.taken();
}

/** Who is limited to regions is not told whether somebody is registered in another. */
const unknown = (index: number, { actor }: JobContext): FailedBeneficiary =>
  actor.regions
    ? failed(index, notInRegions(actor.regions))
    : { index, code: 'PAYEE_UNKNOWN', reason: 'No such payee is registered here.' };
function failed(index: number, error: unknown): FailedBeneficiary {
  if (!(error instanceof DomainError)) throw error;
  return { index, code: error.code, reason: error.detail };
}

/** A payee's account, opened. */
interface Address {
  readonly payeeIdentity: string;
  readonly modality: Modality;
  readonly address: string;
}

/** Who asks for accounts: in which regions, and how it is noted that they are read. */
interface AskedAddresses {
  readonly regions?: readonly string[] | undefined;
  readonly note: (personIds: readonly string[]) => Promise<void>;
}

/**
 * Accounts of payees, in order, without whoever is not known here, or has none. Nothing is noted
 * of who is refused, as nothing is read; whoever is answered is noted before anything is opened.
 * @throws DomainError REGION_NOT_ALLOWED where one of them is elsewhere, or nowhere
 */
export async function addressesOf(
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
  payeeIdentities: readonly string[],
  { regions, note }: AskedAddresses,
): Promise<readonly Address[]> {
  const personIds = payeeIdentities.map(personIdOf);
  const known = personIds.filter((personId) => personId !== undefined);
  const people = await store.readStreams(known.map((personId) => streams.person(personId)));
  const payees = people.flatMap(({ events }, i) => {
    const payee = payeeOf(events);
    const region = regionOf(events);
    return payee && region !== undefined ? [{ personId: known[i]!, region, payee }] : [];
  });
  const isAllHere =
    payees.length === payeeIdentities.length &&
    payees.every(({ region }) => regions?.includes(region));
  if (regions && !isAllHere) throw notInRegions(regions);
  if (payees.length === 0) return [];
  await note(payees.map(({ personId }) => personId));
  const numbers = await numbersOf(
    vault,
    payees.map(({ payee }) => payee),
  );
  return payees.flatMap(({ personId, payee }, i) => {
    const address = numbers[i];
    if (address === undefined) return [];
    return [{ payeeIdentity: functionalIdOf(personId), modality: modalityOf(payee.kind), address }];
  });
}
