import type { EventData } from '../../events/generated.js';
import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import { streamHistory, type AuditEntry } from '../audit/audit.queries.js';
import { payeeHistory, type PaymentView } from '../disbursement/disbursement.queries.js';
import { reading, within, type NameOf } from '../engine/live.js';
import type { RowOf } from '../engine/projection.js';
import { eligibilityProjection } from './eligibility.projection.js';
import {
  applications,
  determinations,
  enrolments,
  persons,
  policies,
  programmes,
  type ApplicationRow,
  type EnrolmentRow,
  type PersonRow,
} from './eligibility.tables.js';
import {
  inWords,
  itemsInWords,
  type FindingInWords,
  type ItemInWords,
  type Language,
  type PolicyTexts,
  type RecordedFinding,
  type Text,
} from './explain.js';
import {
  applicationView,
  deadlinesOf,
  listApplications,
  type ApplicationView,
} from './queue.queries.js';

export interface DeterminationView {
  readonly revision: number;
  readonly time: string;
  readonly actor: string;
  readonly policyVersion: number;
  readonly asOf: string;
  readonly eligible: boolean;
  readonly amountMinor: bigint;
  readonly findings: readonly FindingInWords[];
  readonly items: readonly ItemInWords[];
}

export interface ApplicationStory {
  readonly application: ApplicationView;
  /** As recorded, oldest first; the last is the one in force. */
  readonly determinations: readonly DeterminationView[];
  /** Everything that happened to it, oldest first; at most 1,000 entries. */
  readonly history: readonly AuditEntry[];
}

/**
 * An application's whole story, its findings in the words of the policy; undefined when there is
 * none in these regions.
 */
export async function applicationStory(
  store: ReadStore,
  applicationId: string,
  options: { readonly language: Language; readonly regions?: readonly string[] },
): Promise<ApplicationStory | undefined> {
  const { language, regions } = options;
  const deadlines = await deadlinesOf(store);
  const found = await reading(store, [eligibilityProjection], async (db, name) => {
    const row = await db
      .selectFrom(name(applications))
      .selectAll()
      .$castTo<ApplicationRow>()
      .where('application_id', '=', applicationId)
      .where(within('region', regions))
      .executeTakeFirst();
    if (!row) return undefined;
    const made = await determinationsOf(db, name, applicationId);
    const versions = new Set(made.map(({ policy_version }) => policy_version));
    const texts = await textsOf(db, name, row.programme_id, versions);
    return { row, made, texts };
  });
  if (!found) return undefined;
  const history = await streamHistory(store, `application-${applicationId}`, { limit: 1_000 });
  return {
    application: applicationView(found.row, deadlines),
    determinations: found.made.map((row) =>
      determinationView(row, found.texts.get(row.policy_version), language),
    ),
    history: history.items,
  };
}

type DeterminationRow = RowOf<typeof determinations>;

const determinationsOf = (
  db: ReadDb,
  name: NameOf,
  applicationId: string,
): Promise<DeterminationRow[]> =>
  db
    .selectFrom(name(determinations))
    .selectAll()
    .$castTo<DeterminationRow>()
    .where('application_id', '=', applicationId)
    .orderBy('revision')
    .limit(1_000)
    .execute();

/** By version of the policy. */
async function textsOf(
  db: ReadDb,
  name: NameOf,
  programmeId: string,
  versions: ReadonlySet<number>,
): Promise<ReadonlyMap<number, PolicyTexts>> {
  const rows = await db
    .selectFrom(name(policies))
    .select(['version', 'texts'])
    .$castTo<{ version: number; texts: string }>()
    .where('programme_id', '=', programmeId)
    .where(within('version', [...versions]))
    .execute();
  return new Map(rows.map(({ version, texts }) => [version, JSON.parse(texts)]));
}

function determinationView(
  row: DeterminationRow,
  texts: PolicyTexts | undefined,
  language: Language,
): DeterminationView {
  const findings: RecordedFinding[] = JSON.parse(row.findings);
  const entitlement: EventData['EligibilityDetermined']['entitlement'] = JSON.parse(
    row.entitlement,
  );
  return {
    revision: row.revision,
    time: row.time,
    actor: row.actor,
    policyVersion: row.policy_version,
    asOf: row.as_of,
    eligible: row.eligible,
    amountMinor: row.amount_minor,
    findings: inWords(findings, texts, language),
    items: itemsInWords(entitlement.items, texts, language),
  };
}

export interface EnrolmentView {
  readonly programmeId: string;
  readonly personId: string;
  readonly applicationId: string;
  readonly region: string;
  readonly status: string;
  readonly startPeriod: string;
  readonly fromPeriod: string;
  readonly lastPeriod: string | null;
  readonly policyVersion: number;
  /** Of the period last determined; what a later period pays is that period's policy's. */
  readonly amountMinor: bigint;
  readonly recertificationDueOn: string | null;
  readonly reason: string | null;
  readonly updatedAt: string;
}

const enrolmentView = (row: EnrolmentRow): EnrolmentView => ({
  programmeId: row.programme_id,
  personId: row.person_id,
  applicationId: row.application_id,
  region: row.region,
  status: row.status,
  startPeriod: row.start_period,
  fromPeriod: row.from_period,
  lastPeriod: row.last_period,
  policyVersion: row.policy_version,
  amountMinor: row.amount_minor,
  recertificationDueOn: row.recertification_due_on,
  reason: row.reason,
  updatedAt: row.updated_at,
});

/** A person by id, without anything personal: those fields are in the vault. */
export interface PersonView {
  readonly personId: string;
  readonly region: string;
  readonly status: string;
  readonly registeredAt: string;
  readonly erasedAt: string | null;
  readonly account: {
    readonly accountId: string;
    readonly kind: string;
    readonly verified: boolean;
    readonly since: string;
  } | null;
  readonly enrolments: readonly EnrolmentView[];
  readonly applications: readonly ApplicationView[];
  readonly payments: readonly PaymentView[];
}

/**
 * A person's programmes, applications and payments (the first 1,000 of each); undefined when there
 * is none in these regions.
 */
export async function personOverview(
  store: ReadStore,
  personId: string,
  regions?: readonly string[],
): Promise<PersonView | undefined> {
  const found = await reading(store, [eligibilityProjection], async (db, name) => {
    const person = await db
      .selectFrom(name(persons))
      .selectAll()
      .$castTo<PersonRow>()
      .where('person_id', '=', personId)
      .where(within('region', regions))
      .executeTakeFirst();
    if (!person) return undefined;
    const enrolled = await db
      .selectFrom(name(enrolments))
      .selectAll()
      .$castTo<EnrolmentRow>()
      .where('person_id', '=', personId)
      .orderBy('enrolment_id')
      .limit(1_000)
      .execute();
    return { person, enrolled };
  });
  if (!found) return undefined;
  const { person, enrolled } = found;
  const [filed, paid] = await Promise.all([
    listApplications(store, { personId, ...(regions ? { regions } : {}) }, { limit: 1_000 }),
    payeeHistory(store, personId, regions, { limit: 1_000 }),
  ]);
  return {
    personId: person.person_id,
    region: person.region,
    status: person.status,
    registeredAt: person.registered_at,
    erasedAt: person.erased_at,
    account:
      person.account_id === null
        ? null
        : {
            accountId: person.account_id,
            kind: person.account_kind ?? '',
            verified: person.account_verified,
            since: person.account_since ?? '',
          },
    enrolments: enrolled.map(enrolmentView),
    applications: filed.items,
    payments: paid.items,
  };
}

export interface ProgrammeView {
  readonly programmeId: string;
  readonly name: Text;
  readonly currency: string;
  readonly timeZone: string;
  readonly decisionDays: number;
  readonly appealDays: number;
  readonly appealDecisionDays: number;
  readonly status: string;
  readonly policies: readonly PolicyView[];
}
export interface PolicyView {
  readonly version: number;
  readonly announcedOn: string;
  readonly effectiveFrom: string;
  readonly firstPaidPeriod: string;
  readonly legalBasis: string;
  readonly unverified: boolean;
  readonly contentHash: string;
  readonly texts: PolicyTexts;
}

/** Programmes with their published policies; at most 1,000 of each. */
export async function listProgrammes(store: ReadStore): Promise<readonly ProgrammeView[]> {
  return reading(store, [eligibilityProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(programmes))
      .selectAll()
      .$castTo<RowOf<typeof programmes>>()
      .orderBy('programme_id')
      .limit(1_000)
      .execute();
    const published = await db
      .selectFrom(name(policies))
      .selectAll()
      .$castTo<RowOf<typeof policies>>()
      .orderBy('programme_id')
      .orderBy('version')
      .limit(1_000)
      .execute();
    return rows.map((row) => ({
      programmeId: row.programme_id,
      name: JSON.parse(row.name),
      currency: row.currency,
      timeZone: row.time_zone,
      decisionDays: row.decision_days,
      appealDays: row.appeal_days,
      appealDecisionDays: row.appeal_decision_days,
      status: row.status,
      policies: published
        .filter(({ programme_id }) => programme_id === row.programme_id)
        .map((policy) => ({
          version: policy.version,
          announcedOn: policy.announced_on,
          effectiveFrom: policy.effective_from,
          firstPaidPeriod: policy.first_paid_period,
          legalBasis: policy.legal_basis,
          unverified: policy.unverified,
          contentHash: policy.content_hash,
          texts: JSON.parse(policy.texts),
        })),
    }));
  });
}
