import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { ProposalsCheck } from '../../src/audit/proposals-check.js';
import type { Recorded, Role } from '../../src/kernel/decider.js';

interface Step {
  readonly type: EventType;
  readonly by: string;
  readonly data: object;
  readonly role: Role;
  /** Recorded by a version that did not say how its actor came. */
  readonly old?: boolean;
  readonly v?: number;
  readonly command?: string;
  readonly stream?: string;
}

/** What the check finds in a log of these events. */
function foundIn(...log: readonly Step[]): string[] {
  const check = new ProposalsCheck();
  const found: string[] = [];
  log.forEach(({ type, by, data, role, old, v = 1, command = '', stream = 's' }, position) => {
    const via = old ? {} : { channel: 'http', authentication: 'oidc' };
    const meta = { actor: by, role, command: command || String(position), correlation: '', ...via };
    const event: object = {
      id: '',
      stream,
      revision: 0,
      type,
      v,
      time: '',
      data,
      meta,
      position,
    };
    check.add(event as Recorded, (invariant, what) => {
      found.push(`${invariant}: ${what}`);
    });
  });
  return found;
}
const old = (step: Step): Step => ({ ...step, old: true });

describe('new facts of a household are said by two supervisors', () => {
  const alone = ['I4: facts that one person alone said'];
  const facts = (hash: string) => ({ fromPeriod: '2026-03', contentHash: hash });
  const step = (type: EventType, by: string, data: object): Step => ({
    type,
    by,
    data,
    role: 'supervisor',
  });
  const proposed = (by: string, hash = 'a') => step('EntitlementRevisionProposed', by, facts(hash));
  const revised = (by: string, hash = 'a') => step('EntitlementRevised', by, facts(hash));
  const again = { ...facts('a'), nextDueOn: '2027-03-31' };

  test('where they are revised', () => {
    expect(foundIn(proposed('salma'), revised('nadia'))).toEqual([]);
    expect(foundIn(revised('salma'))).toEqual(alone);
    expect(foundIn(proposed('salma'), revised('SALMA'))).toEqual(alone);
    expect(foundIn(proposed('salma'), revised('nadia', 'b'))).toEqual(alone);
  });

  test('where they are recertified, with the day that it holds until', () => {
    const said = step('EnrolmentRecertificationProposed', 'salma', again);
    expect(foundIn(said, step('EnrolmentRecertified', 'nadia', again))).toEqual([]);
    expect(foundIn(said, step('EnrolmentRecertified', 'salma', again))).toEqual(alone);
    const longer = { ...again, nextDueOn: '2099-12-31' };
    expect(foundIn(said, step('EnrolmentRecertified', 'nadia', longer))).toEqual(alone);
    expect(foundIn(proposed('salma'), step('EnrolmentRecertified', 'nadia', again))).toEqual(alone);
  });

  test('on a word that was neither replaced nor answered before', () => {
    expect(foundIn(proposed('salma'), proposed('salma', 'b'), revised('nadia'))).toEqual(alone);
    expect(foundIn(proposed('salma'), revised('nadia'), revised('omar'))).toEqual(alone);
    for (const type of ['EnrolmentStarted', 'EnrolmentEnded'] as const)
      expect(foundIn(proposed('salma'), step(type, 'omar', {}), revised('nadia'))).toEqual(alone);
  });

  test('unless they were recorded before events said how their actor came', () => {
    expect(foundIn(old(revised('salma')), old(revised('salma', 'b')))).toEqual([]);
    expect(foundIn(old(revised('salma')), revised('salma', 'b'))).toEqual(alone);
    expect(foundIn(proposed('omar', 'c'), old(revised('salma')))).toEqual(alone);
  });
});

describe('a programme is changed by two managers', () => {
  const step = (type: EventType, by: string, data: object): Step => ({
    type,
    by,
    data: { programmeId: 'asd', ...data },
    role: 'programme-manager',
  });
  const terms = { remittance: 'Aide', accounts: [{ accountId: 'A', number: '1' }] };
  const elsewhere = { ...terms, accounts: [{ accountId: 'A', number: '2' }] };

  test('where it pays from', () => {
    const alone = ['I4: paying accounts that one person alone said'];
    const said = step('PaymentTermsProposed', 'meryem', terms);
    expect(foundIn(said, step('PaymentTermsSet', 'leila', terms))).toEqual([]);
    expect(foundIn(said, step('PaymentTermsSet', 'Meryem', terms))).toEqual(alone);
    expect(foundIn(said, step('PaymentTermsSet', 'leila', elsewhere))).toEqual(alone);
    expect(foundIn(old(step('PaymentTermsSet', 'meryem', terms)))).toEqual([]);
  });

  test('where accounts are held less', () => {
    const alone = ['I4: a weaker hold that one person alone said'];
    const hold = (type: EventType, by: string, days: number, verification?: string) =>
      step(type, by, { days, ...(verification === undefined ? {} : { verification }) });
    const set = (by: string, days: number, verification?: string) =>
      hold('AccountHoldSet', by, days, verification);
    const asked = hold('AccountHoldProposed', 'meryem', 0, 'none');
    expect(foundIn(set('meryem', 5, 'every'))).toEqual([]);
    expect(foundIn(set('meryem', 0, 'none'))).toEqual(alone);
    expect(foundIn(set('meryem', 0))).toEqual(alone);
    expect(foundIn(asked, set('leila', 0))).toEqual([]);
    expect(foundIn(asked, set('MERYEM', 0))).toEqual(alone);
    expect(foundIn(asked, set('omar', 5, 'every'), set('leila', 0))).toEqual(alone);
    expect(foundIn(old(set('meryem', 9, 'none')), set('meryem', 8, 'none'))).toEqual(alone);
  });

  test('where its cycles are checked less', () => {
    const alone = ['I4: weaker checks that one person alone said'];
    const rules = [{ check: 'over-budget', level: 'block' }];
    const configured = (by: string, more: readonly object[]) =>
      step('ChecksConfigured', by, { rules: more });
    const asked = step('ChecksProposed', 'meryem', { rules: [] });
    expect(foundIn(configured('meryem', rules))).toEqual([]);
    expect(foundIn(configured('meryem', rules), configured('meryem', []))).toEqual(alone);
    expect(foundIn(configured('meryem', rules), asked, configured('leila', []))).toEqual([]);
    const same = configured('omar', rules);
    expect(foundIn(same, asked, same, configured('leila', []))).toEqual(alone);
  });
});

describe('what is published, dated back and paid again is said by two', () => {
  const step = (type: EventType, by: string, data: object, v = 2): Step => ({
    type,
    by,
    data,
    role: 'supervisor',
    v,
  });
  const policy = (by: string, version: number, v = 2) =>
    step('PolicyPublished', by, { programmeId: 'asd', version }, v);
  const proposed = (by: string, version: number) =>
    step('PolicyProposed', by, { programmeId: 'asd', version }, 1);
  const opened = step('ProgrammeOpened', 'meryem', { programmeId: 'asd' }, 1);

  test('a policy, from the opening on', () => {
    const alone = ['I4: a policy that one person alone said'];
    expect(foundIn(policy('meryem', 1), opened)).toEqual([]);
    expect(foundIn(opened, policy('meryem', 2))).toEqual(alone);
    expect(foundIn(opened, proposed('meryem', 2), policy('leila', 2))).toEqual([]);
    expect(foundIn(opened, proposed('meryem', 2), policy('MERYEM', 2))).toEqual(alone);
    expect(foundIn(opened, proposed('meryem', 2), policy('leila', 3))).toEqual(alone);
    // Before the opening one manager publishes, which answers what was proposed.
    expect(foundIn(proposed('meryem', 2), policy('omar', 1), opened, policy('leila', 2))).toEqual(
      alone,
    );
    // Who pays by it without having opened it does not escape the second word.
    const begins: Step = { ...step('CycleOpened', 'farid', { programmeId: 'asd' }), stream: 'c' };
    const ofProgramme = (one: Step): Step => ({ ...one, stream: 'programme-asd' });
    expect(foundIn(begins, ofProgramme(policy('meryem', 2)))).toEqual(alone);
    expect(
      foundIn(begins, ofProgramme(proposed('omar', 2)), ofProgramme(policy('meryem', 2))),
    ).toEqual([]);
    // Of an older version, unless the log is under the rules already.
    expect(foundIn(opened, policy('meryem', 2, 1))).toEqual([]);
    expect(foundIn(policy('meryem', 1), opened, policy('meryem', 2, 1))).toEqual(alone);
  });

  test('a closing and a reopening', () => {
    const alone = ['I4: a closing that one person alone said'];
    const asked = (by: string) => step('ProgrammeClosingProposed', by, { reason: 'over' }, 1);
    const closed = (by: string, v = 2) => step('ProgrammeClosed', by, { reason: 'yes' }, v);
    const wants = (by: string) => step('ProgrammeReopeningProposed', by, { reason: 'left' }, 1);
    const reopened = (by: string) => step('ProgrammeReopened', by, { reason: 'yes' }, 1);
    expect(foundIn(opened, closed('meryem'))).toEqual(alone);
    expect(foundIn(opened, asked('meryem'), closed('MERYEM'))).toEqual(alone);
    expect(foundIn(opened, asked('meryem'), closed('leila'))).toEqual([]);
    // Older versions took one manager's word.
    expect(foundIn(opened, closed('meryem', 1))).toEqual([]);
    expect(foundIn(opened, asked('meryem'), closed('meryem', 1))).toEqual(alone);
    const back = ['I4: a reopening that one person alone said'];
    expect(foundIn(opened, closed('meryem', 1), reopened('meryem'))).toEqual(back);
    expect(foundIn(opened, closed('meryem', 1), wants('leila'), reopened('leila'))).toEqual(back);
    const again = [closed('meryem', 1), wants('leila'), reopened('meryem')] as const;
    expect(foundIn(opened, ...again)).toEqual([]);
    expect(foundIn(opened, ...again, closed('meryem', 1))).toEqual(alone);
    // What waited when it was closed counts no more.
    const waited = [asked('omar'), proposed('omar', 2)] as const;
    const round = [...waited, closed('leila'), wants('leila'), reopened('meryem')] as const;
    expect(foundIn(opened, ...round)).toEqual([]);
    expect(foundIn(opened, ...round, policy('leila', 2))).toEqual([
      'I4: a policy that one person alone said',
    ]);
    expect(foundIn(opened, ...round, closed('leila'))).toEqual(alone);
  });

  test('a longer dating back', () => {
    const limit = (type: EventType, by: string, months: number) => step(type, by, { months }, 1);
    const alone = ['I4: a longer dating back that one person alone said'];
    const begun = policy('meryem', 1);
    const asked = limit('BackdatingLimitProposed', 'meryem', 24);
    expect(foundIn(begun, limit('BackdatingLimitSet', 'meryem', 24))).toEqual(alone);
    expect(foundIn(begun, limit('BackdatingLimitSet', 'meryem', 3))).toEqual([]);
    expect(foundIn(asked, limit('BackdatingLimitSet', 'leila', 24))).toEqual([]);
    expect(foundIn(limit('BackdatingLimitSet', 'meryem', 24))).toEqual([]);
    expect(foundIn(begun, limit('BackdatingLimitSet', 'meryem', 12))).toEqual([]);
    expect(foundIn(begun, limit('BackdatingLimitSet', 'meryem', 13))).toEqual(alone);
    const longer = [asked, limit('BackdatingLimitSet', 'leila', 24)] as const;
    expect(foundIn(...longer, limit('BackdatingLimitSet', 'omar', 24))).toEqual([]);
    expect(foundIn(asked, limit('BackdatingLimitSet', 'omar', 3), longer[1])).toEqual(alone);
  });

  test('an erasure', () => {
    const alone = ['I4: an erasure that one person alone said'];
    const asked = step('PersonErasureProposed', 'adam', {}, 1);
    const erased = (by: string, v = 2) => step('PersonErased', by, {}, v);
    expect(foundIn(erased('adam'))).toEqual(alone);
    expect(foundIn(asked, erased('ADAM'))).toEqual(alone);
    expect(foundIn(asked, erased('aziza'))).toEqual([]);
    expect(foundIn(erased('adam', 1))).toEqual([]);
    const elsewhere = { ...asked, stream: 'another' };
    expect(foundIn(elsewhere, erased('aziza'))).toEqual(alone);
    const forfeit = { forfeitsArrears: true };
    const givesUp = step('PersonErased', 'aziza', forfeit, 3);
    expect(foundIn(asked, givesUp)).toEqual(alone);
    expect(foundIn(step('PersonErasureProposed', 'adam', forfeit, 2), givesUp)).toEqual([]);
  });

  test('a reinstatement, unless a recertification brought it', () => {
    const alone = ['I4: a reinstatement that one person alone said'];
    const from = { fromPeriod: '2026-03' };
    const asked = step('EnrolmentReinstatementProposed', 'salma', from, 1);
    const again = (by: string) => step('EnrolmentReinstated', by, from);
    expect(foundIn(again('salma'))).toEqual(alone);
    expect(foundIn(asked, again('salma'))).toEqual(alone);
    expect(foundIn(asked, again('nadia'))).toEqual([]);
    expect(foundIn({ ...again('salma'), v: 1 })).toEqual([]);
    const facts = { ...from, contentHash: 'a', nextDueOn: '2027-03-31' };
    const said = step('EnrolmentRecertificationProposed', 'salma', facts, 1);
    const recertified = step('EnrolmentRecertified', 'nadia', facts, 1);
    const same = { command: 'one' };
    const both = [said, { ...recertified, ...same }, { ...again('nadia'), ...same }] as const;
    const suspended = (reason: string, stream = 's') => ({
      ...step('EnrolmentSuspended', 'nadia', { ...from, reason }),
      stream,
    });
    const late = suspended('Recertification was due on 2026-01-31.');
    const other = suspended('Moved away on 2026-01-31.');
    expect(foundIn(late, ...both)).toEqual([]);
    expect(foundIn(late, said, recertified, again('nadia'))).toEqual(alone);
    expect(foundIn(...both)).toEqual(alone);
    expect(foundIn(other, ...both)).toEqual(alone);
    expect(foundIn(late, other, ...both)).toEqual(alone);
    expect(foundIn(other, late, ...both)).toEqual(alone);
    expect(foundIn(other, asked, again('nadia'), late, ...both)).toEqual([]);
    expect(foundIn({ ...late, stream: 't' }, ...both)).toEqual(alone);
    expect(foundIn(late, ...both, ...both)).toEqual(alone);
    const ended = step('EnrolmentEnded', 'nadia', from);
    const started = step('EnrolmentStarted', 'automation', from);
    expect(foundIn(late, ended, started, ...both)).toEqual(alone);
  });
});

describe('what was set aside is dismissed by two', () => {
  const step = (type: EventType, by: string, data: object = {}): Step => ({
    type,
    by,
    data: { automation: 'enrol', failure: 'PERSON_NOT_FOUND', ...data },
    role: 'finance-controller',
  });
  const asked = step('SetAsideDismissalProposed', 'meryem');
  const dismissed = (by: string, data: object = {}) =>
    step('SetAsideDismissed', by, { proposedBy: 'meryem', ...data });
  const alone = 'I4: a dismissal that one person alone said';
  const nobody = 'I4: it is said that somebody proposed it who did not';

  test('who say the same of one automation', () => {
    expect(foundIn(asked, dismissed('leila'))).toEqual([]);
    expect(foundIn(asked, dismissed('Meryem'))).toEqual([alone]);
    expect(foundIn(dismissed('leila'))).toEqual([nobody, alone]);
    expect(foundIn(asked, dismissed('leila', { automation: 'spend' }))).toEqual([nobody, alone]);
    expect(foundIn(asked, dismissed('leila', { failure: 'TypeError' }))).toEqual([alone]);
    expect(foundIn(asked, dismissed('leila', { proposedBy: 'omar' }))).toEqual([nobody]);
  });
});

describe('what was withdrawn counts no more, and is withdrawn by who said it', () => {
  const said = { programmeId: 'asd', version: 2 };
  const of = (type: EventType, by: string, data: object): Step => ({
    type,
    by,
    data,
    role: 'programme-manager',
    ...(type === 'PolicyPublished' ? { v: 2 } : {}),
  });
  const opened = of('ProgrammeOpened', 'meryem', {});
  const asked = of('PolicyProposed', 'meryem', said);
  const published = of('PolicyPublished', 'leila', said);
  const alone = 'I4: a policy that one person alone said';
  const nothing = 'I4: withdrawn by who had proposed nothing';
  const withdrawn = (by: string, what: string) => of('ProgrammeProposalWithdrawn', by, { what });

  test('of a programme', () => {
    expect(foundIn(opened, asked, withdrawn('Meryem', 'policy'), published)).toEqual([alone]);
    expect(foundIn(opened, asked, withdrawn('leila', 'policy'), published)).toEqual([nothing]);
    expect(foundIn(opened, asked, withdrawn('meryem', 'terms'), published)).toEqual([nothing]);
  });

  test('of a household, a person and what was set aside', () => {
    const facts = { fromPeriod: '2026-03', contentHash: 'a' };
    expect(
      foundIn(
        of('EntitlementRevisionProposed', 'salma', facts),
        of('EnrolmentProposalWithdrawn', 'salma', {}),
        of('EntitlementRevised', 'nadia', facts),
      ),
    ).toEqual(['I4: facts that one person alone said']);
    expect(
      foundIn(of('PersonErasureProposed', 'adam', {}), of('PersonErasureWithdrawn', 'adam', {}), {
        ...of('PersonErased', 'aziza', {}),
        v: 2,
      }),
    ).toEqual(['I4: an erasure that one person alone said']);
    const aside = { automation: 'enrol', failure: 'F', proposedBy: 'adam' };
    expect(
      foundIn(
        of('SetAsideDismissalProposed', 'adam', aside),
        of('SetAsideDismissalWithdrawn', 'adam', aside),
        of('SetAsideDismissed', 'aziza', aside),
      ),
    ).toEqual([
      'I4: it is said that somebody proposed it who did not',
      'I4: a dismissal that one person alone said',
    ]);
  });
});

describe('a debt is let off by two', () => {
  const waiver = { recoveryId: 'asd-p', amountMinor: '100' };
  const step = (type: EventType, by: string, data: object, v = 1): Step => ({
    type,
    by,
    data,
    role: 'finance-controller',
    v,
  });
  const asked = step('OverpaymentWaiverProposed', 'farid', waiver);
  const waived = (by: string, more: object = {}, v = 2) =>
    step('OverpaymentWaived', by, { ...waiver, ...more }, v);
  const alone = 'I4: a waiver that one person alone said';
  const nobody = 'I4: it is said that somebody proposed it who did not';

  test('who say the same amount, on a word that stands', () => {
    expect(foundIn(asked, waived('kenza', { proposedBy: 'farid' }))).toEqual([]);
    expect(foundIn(waived('kenza', { proposedBy: 'farid' }))).toEqual([nobody, alone]);
    const said = { proposedBy: 'farid' };
    expect(foundIn(asked, waived('Farid', said))).toEqual([alone]);
    expect(foundIn(asked, waived('kenza', { ...said, amountMinor: '101' }))).toEqual([
      nobody,
      alone,
    ]);
    const withdrawn = step('OverpaymentWaiverWithdrawn', 'farid', waiver);
    expect(foundIn(asked, withdrawn, waived('kenza', said))).toEqual([nobody, alone]);
    const completed = step('RecoveryCompleted', 'x', {});
    expect(foundIn(asked, completed, waived('kenza', said))).toEqual([nobody, alone]);
    expect(foundIn(asked, waived('kenza', said), waived('kenza', said))).toEqual([nobody, alone]);
  });

  test('and the waiver names who proposed it', () => {
    expect(foundIn(asked, waived('kenza'))).toEqual([nobody]);
    const other = step('OverpaymentWaiverProposed', 'hind', { ...waiver, amountMinor: '7' });
    expect(foundIn(asked, other, waived('kenza', { proposedBy: 'hind' }))).toEqual([nobody]);
  });

  test('from the first proposal on, or the first waiver that says who proposed it', () => {
    expect(foundIn(waived('kenza', {}, 1), waived('kenza', {}, 1))).toEqual([]);
    expect(foundIn(asked, waived('farid', {}, 1))).toEqual([nobody, alone]);
    const both = [asked, waived('kenza', { proposedBy: 'farid' })];
    expect(foundIn(...both, waived('kenza', {}, 1))).toEqual([nobody, alone]);
  });
});
