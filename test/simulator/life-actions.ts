import { ApproveCorrection, ProposeCorrection } from '../../src/correction/correction.commands.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { EndEnrolment, ReviseEntitlement } from '../../src/enrolment/enrolment.commands.js';
import type { EnrolmentState } from '../../src/enrolment/enrolment.state.js';
import { addMonths } from '../../src/kernel/time.js';
import { ErasePerson } from '../../src/person/person.commands.js';
import { PublishPolicy } from '../../src/programme/programme.commands.js';
import { AgreePlans } from '../../src/recovery/recovery.commands.js';
import { foldCorrection } from '../../src/correction/correction-reader.js';
import { foldEnrolment } from '../../src/use-cases/folds.js';
import { child } from '../use-cases/families.js';
import { FIRST_MONTH, PROGRAMME } from './beginning.js';
import { streamsOf } from './desk-actions.js';
import type { Office } from './office.js';

function enrolled(office: Office, n: number): EnrolmentState | undefined {
  const all = streamsOf(office.events, 'enrolment-').map(foldEnrolment);
  return all.length === 0 ? undefined : all[n % all.length];
}

const pathOf = ({ personId }: EnrolmentState): string =>
  `/programmes/${PROGRAMME}/enrolments/${personId}`;

/** An enrolment ends. */
export async function leave(office: Office, n: number): Promise<void> {
  const enrolment = enrolled(office, n);
  if (!enrolment) return;
  const { personId } = enrolment;
  await office.ask(office.person('supervisor'), {
    type: EndEnrolment,
    path: `${pathOf(enrolment)}/end`,
    params: { programmeId: PROGRAMME, personId },
    body: { lastPeriod: addMonths(FIRST_MONTH, n % 4), reason: 'moved abroad' },
  });
}

/** Somebody whose enrolment ended is erased. */
export async function erase(office: Office, n: number): Promise<void> {
  const ended = streamsOf(office.events, 'enrolment-')
    .map(foldEnrolment)
    .filter(({ status }) => status === 'ended');
  if (ended.length === 0) return leave(office, n);
  await eraseOne(office, ended[n % ended.length]!.personId);
}

/** By two administrators, at once. */
export async function eraseOne(office: Office, personId: string): Promise<void> {
  await Promise.all(
    [0, 1].map((one) =>
      office.ask(office.person('administrator', one), {
        type: ErasePerson,
        path: `/persons/${personId}/erase`,
        params: { personId },
        body: { reason: 'asked for' },
      }),
    ),
  );
}

const CHILDREN = [child('2013-04'), child('2016-09'), child('2021-02'), child('2024-07')];

/** Two supervisors say that a household has other children since a month, perhaps a paid one. */
export async function revise(office: Office, n: number): Promise<void> {
  const enrolment = enrolled(office, n);
  if (!enrolment) return;
  const { personId } = enrolment;
  const body = {
    fromPeriod: addMonths(FIRST_MONTH, n % 3),
    facts: {
      scoreMicro: 5_000_000,
      coveredByOtherScheme: false,
      children: CHILDREN.slice(0, n % 5),
    },
    reason: 'told late',
  };
  for (const one of [0, 1])
    await office.ask(office.person('supervisor', one), {
      type: ReviseEntitlement,
      path: `${pathOf(enrolment)}/revision`,
      params: { programmeId: PROGRAMME, personId },
      body,
    });
}

/** The next version of the policy, by two managers, whatever month is under way. */
export async function publish(office: Office): Promise<void> {
  const published = office.events.filter(({ type }) => type === 'PolicyPublished').length;
  const version = asdVersions[published];
  if (!version) return;
  const { programmeId, contentHash: _hash, ...body } = version;
  await Promise.all(
    [0, 1].map((one) =>
      office.ask(office.person('programme-manager', one), {
        type: PublishPolicy,
        path: `/programmes/${programmeId}/policies`,
        params: { programmeId },
        body,
      }),
    ),
  );
}

/** A correction is proposed, or the one that waits is approved; debts are given plans. */
export async function correct(office: Office, n: number): Promise<void> {
  const waiting = streamsOf(office.events, 'correction-')
    .map(foldCorrection)
    .find(({ status }) => status === 'proposed')?.proposed;
  if (!waiting) {
    const basis = n % 2 === 0 ? 'first-paid' : 'legal-effect';
    await office.ask(office.person('finance-officer'), {
      type: ProposeCorrection,
      path: '/corrections',
      body: { programmeId: PROGRAMME, fromPeriod: FIRST_MONTH, basis, reason: 'a late fact' },
    });
    return;
  }
  const { correctionId, contentHash } = waiting;
  await office.ask(office.person('finance-controller'), {
    type: ApproveCorrection,
    path: `/corrections/${correctionId}/approval`,
    params: { correctionId },
    body: { contentHash },
  });
  await office.ask(office.person('finance-officer'), {
    type: AgreePlans,
    path: `/programmes/${PROGRAMME}/recoveries/plans`,
    params: { programmeId: PROGRAMME },
    body: { sharePercent: 25, floor: '300.00', reason: 'agreed' },
  });
}
