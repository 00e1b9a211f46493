import { describe, test } from '@jest/globals';
import { identityDecider, IDENTITY_REFUSALS } from '../../src/person/identity.decider.js';
import {
  personDecider,
  PERSON_REFUSALS,
  type PersonCommand,
} from '../../src/person/person.decider.js';
import { by, HASH, OTHER_HASH, scenarios, uuid, was } from './given.js';

const intake = by('ines', 'intake');
const officer = by('omar', 'case-officer');
const administrator = by('adam', 'administrator');
const personId = uuid(1);
const sealed = { record: 'person/1', sha256: HASH };
const registered = was('PersonRegistered', {
  personId,
  identityHash: HASH,
  region: 'MA-06',
  sealed,
});
const account = { personId, accountId: uuid(10), kind: 'iban' as const, accountHash: HASH, sealed };
const other = { ...account, accountId: uuid(11), accountHash: OTHER_HASH };
const withAccount = was('PayeeAccountRegistered', account, 'ines');
const erased = was('PersonErased', { personId, reason: 'asked for it' });

describe('an identity', () => {
  const { given } = scenarios(identityDecider, IDENTITY_REFUSALS, {
    ClaimIdentity: true,
    ReleaseIdentity: 'fewer roles',
  });
  const claimed = was('IdentityClaimed', { identityHash: HASH, personId });
  test('is one person’s', () => {
    given()
      .when({ type: 'ClaimIdentity', identityHash: HASH, personId }, intake)
      .then({ type: 'IdentityClaimed', data: claimed.data });
    given(claimed).when({ type: 'ClaimIdentity', identityHash: HASH, personId }, intake).then();
    given(claimed)
      .when({ type: 'ClaimIdentity', identityHash: HASH, personId: uuid(2) }, intake)
      .thenRefused('IDENTITY_ALREADY_REGISTERED', 'nationalId');
    given()
      .when({ type: 'ClaimIdentity', identityHash: HASH, personId }, by('bank', 'payment-system'))
      .thenRefused('ROLE_NOT_ALLOWED');
  });
  test('is free again once released', () => {
    const released = was('IdentityReleased', { identityHash: HASH, personId, reason: 'erased' });
    const release = { type: 'ReleaseIdentity', personId, reason: 'erased' } as const;
    const others = was('IdentityClaimed', { identityHash: HASH, personId: uuid(2) });
    for (const who of [administrator, by('automation', 'automation')]) {
      given(claimed).when(release, who).then({ type: 'IdentityReleased', data: released.data });
      given(claimed, released).when(release, who).then();
      given(claimed, released, others).when(release, who).then();
      given().when(release, who).thenRefused('IDENTITY_NOT_CLAIMED');
    }
    given(claimed).when(release, intake).thenRefused('ROLE_NOT_ALLOWED');
    given(claimed, released)
      .when({ type: 'ClaimIdentity', identityHash: HASH, personId: uuid(2) }, intake)
      .thenOne('IdentityClaimed', { personId: uuid(2) });
    const taken = { type: 'ClaimIdentity', identityHash: HASH, personId: uuid(2) } as const;
    given(claimed)
      .when({ ...taken, abandonedBy: personId }, intake)
      .then(
        {
          type: 'IdentityReleased',
          data: {
            identityHash: HASH,
            personId,
            reason: 'Whoever claimed it was registered with another identity',
          },
        },
        { type: 'IdentityClaimed', data: { identityHash: HASH, personId: uuid(2) } },
      );
    given(claimed)
      .when({ ...taken, abandonedBy: uuid(3) }, intake)
      .thenRefused('IDENTITY_ALREADY_REGISTERED', 'nationalId');
  });
});

describe('a person', () => {
  const { given } = scenarios(personDecider, PERSON_REFUSALS, {
    RegisterPerson: true,
    RegisterPayeeAccount: true,
    VerifyPayeeAccount: true,
    ClosePayeeAccount: true,
    ProposeErasure: true,
    ErasePerson: true,
    MovePerson: true,
    WithdrawErasure: true,
    WithdrawPayeeAccount: 'fewer roles',
  });
  const register: PersonCommand = {
    type: 'RegisterPerson',
    personId,
    identityHash: HASH,
    region: 'MA-06',
    sealed,
  };
  const verify: PersonCommand = {
    type: 'VerifyPayeeAccount',
    personId,
    accountId: account.accountId,
    method: 'bank letter',
  };
  test('is registered once, by who works in their region', () => {
    given().when(register, intake).then({ type: 'PersonRegistered', data: registered.data });
    given(registered).when(register, intake).thenRefused('PERSON_ALREADY_REGISTERED', 'personId');
    given()
      .when(register, by('ines', 'intake', 'MA-01'))
      .thenRefused('REGION_NOT_ALLOWED');
    given().when(register, by('samir', 'supervisor')).thenRefused('ROLE_NOT_ALLOWED');
  });
  test('has one account: another one closes it', () => {
    given(registered)
      .when({ type: 'RegisterPayeeAccount', ...account }, intake)
      .then({ type: 'PayeeAccountRegistered', data: account });
    given(registered, withAccount)
      .when({ type: 'RegisterPayeeAccount', ...other }, intake)
      .then(
        {
          type: 'PayeeAccountClosed',
          data: { personId, accountId: account.accountId, reason: 'replaced by another account' },
        },
        { type: 'PayeeAccountRegistered', data: other },
      );
    given(registered, withAccount)
      .when({ type: 'RegisterPayeeAccount', ...account }, intake)
      .then();
    given(registered, withAccount)
      .when({ type: 'RegisterPayeeAccount', ...other, accountId: account.accountId }, intake)
      .thenRefused('ACCOUNT_ID_USED', 'accountId');
    given()
      .when({ type: 'RegisterPayeeAccount', ...account }, intake)
      .thenRefused('PERSON_NOT_FOUND', 'personId');
  });
  test('moves to another region, by who is responsible for both', () => {
    const move: PersonCommand = { type: 'MovePerson', personId, region: 'MA-03', reason: 'moved' };
    const moved = { personId, fromRegion: 'MA-06', region: 'MA-03', reason: 'moved' };
    given(registered)
      .when(move, by('salma', 'supervisor', 'MA-06', 'MA-03'))
      .then({ type: 'PersonMoved', data: moved });
    for (const region of ['MA-06', 'MA-03'])
      given(registered)
        .when(move, by('salma', 'supervisor', region))
        .thenRefused('REGION_NOT_ALLOWED');
    given(registered).when(move, officer).thenRefused('ROLE_NOT_ALLOWED');
    given(registered, was('PersonMoved', moved)).when(move, by('salma', 'supervisor')).then();
    // Who worked with them before does so no longer, and who is there now does.
    const account2 = { type: 'RegisterPayeeAccount', ...account } as const;
    given(registered, was('PersonMoved', moved))
      .when(account2, by('ines', 'intake', 'MA-06'))
      .thenRefused('REGION_NOT_ALLOWED');
    given(registered, was('PersonMoved', moved))
      .when(account2, by('imane', 'intake', 'MA-03'))
      .then({ type: 'PayeeAccountRegistered', data: account });
    given(registered, erased).when(move, by('salma', 'supervisor')).thenRefused('PERSON_ERASED');
  });
  test('has the account verified by somebody else', () => {
    given(registered, withAccount)
      .when(verify, officer)
      .then({
        type: 'PayeeAccountVerified',
        data: { personId, accountId: account.accountId, method: 'bank letter' },
      });
    given(registered, withAccount)
      .when(verify, by('ines', 'case-officer'))
      .thenRefused('SAME_PERSON');
    given(registered, withAccount)
      .when(verify, by('INES', 'case-officer'))
      .thenRefused('SAME_PERSON');
    given(
      registered,
      withAccount,
      was('PayeeAccountVerified', {
        personId,
        accountId: account.accountId,
        method: 'bank letter',
      }),
    )
      .when(verify, officer)
      .thenRefused('ACCOUNT_ALREADY_VERIFIED');
    given(registered).when(verify, officer).thenRefused('ACCOUNT_NOT_FOUND', 'accountId');
    given(registered, withAccount)
      .when(verify, by('omar', 'case-officer', 'MA-07'))
      .thenRefused('REGION_NOT_ALLOWED');
  });
  test('has the account closed', () => {
    const close: PersonCommand = {
      type: 'ClosePayeeAccount',
      personId,
      accountId: account.accountId,
      reason: 'bank closed it',
    };
    given(registered, withAccount)
      .when(close, intake)
      .then({
        type: 'PayeeAccountClosed',
        data: { personId, accountId: account.accountId, reason: 'bank closed it' },
      });
    given(
      registered,
      withAccount,
      was('PayeeAccountClosed', {
        personId,
        accountId: account.accountId,
        reason: 'bank closed it',
      }),
    )
      .when(close, intake)
      .thenRefused('ACCOUNT_NOT_FOUND');
  });
  test('is erased on nobody’s word that was taken back', () => {
    const reason = 'another of the same name';
    const asked = was('PersonErasureProposed', { personId, reason }, 'adam', 'administrator');
    const withdraw: PersonCommand = { type: 'WithdrawErasure', personId, reason };
    const other = by('aziza', 'administrator');
    given(registered, asked).when(withdraw, other).thenRefused('NOTHING_PROPOSED');
    given(registered, asked)
      .when(withdraw, administrator)
      .then({ type: 'PersonErasureWithdrawn', data: { personId, reason } });
    given(registered, asked, was('PersonErasureWithdrawn', { personId, reason }, 'Adam'))
      .when({ type: 'ErasePerson', personId, reason }, other)
      .thenRefused('SAME_PERSON');
  });
  test('loses an account that nobody verified where who registered it takes it back', () => {
    const { accountId } = account;
    const reason = 'a digit was wrong';
    const withdraw: PersonCommand = { type: 'WithdrawPayeeAccount', personId, reason };
    given(registered, withAccount)
      .when(withdraw, intake)
      .then({ type: 'PayeeAccountClosed', data: { personId, accountId, reason } });
    given(registered, withAccount).when(withdraw, officer).thenRefused('NOTHING_PROPOSED');
    given(registered).when(withdraw, intake).thenRefused('NOTHING_PROPOSED');
    const verified = was('PayeeAccountVerified', { personId, accountId, method: 'call' }, 'omar');
    given(registered, withAccount, verified).when(withdraw, intake).thenRefused('NOTHING_PROPOSED');
  });
  test('once erased stays so', () => {
    const reason = 'asked for it';
    const asked = was('PersonErasureProposed', { personId, reason }, 'adam', 'administrator');
    const propose: PersonCommand = { type: 'ProposeErasure', personId, reason };
    const erase: PersonCommand = { type: 'ErasePerson', personId, reason };
    const other = by('aziza', 'administrator');
    given(registered)
      .when(propose, administrator)
      .then({ type: 'PersonErasureProposed', data: { personId, reason } });
    given(registered).when(propose, officer).thenRefused('ROLE_NOT_ALLOWED');
    given(registered, asked).when(propose, by('Adam', 'administrator')).then();
    given(registered).when(erase, administrator).thenRefused('SAME_PERSON');
    given(registered, asked).when(erase, by('ADAM', 'administrator')).thenRefused('SAME_PERSON');
    given(registered, asked)
      .when(erase, other)
      .then({ type: 'PersonErased', data: { personId, reason } });
    // What is given up is said by both.
    const forfeit = { forfeitsArrears: true } as const;
    given(registered, asked)
      .when({ ...propose, ...forfeit }, administrator)
      .then({ type: 'PersonErasureProposed', data: { personId, reason, ...forfeit } });
    given(registered, asked)
      .when({ ...erase, ...forfeit }, other)
      .thenRefused('SAME_PERSON');
    const both = was(
      'PersonErasureProposed',
      { personId, reason, ...forfeit },
      'adam',
      'administrator',
    );
    given(registered, both)
      .when({ ...erase, ...forfeit }, other)
      .then({ type: 'PersonErased', data: { personId, reason, ...forfeit } });
    given(registered, erased)
      .when({ type: 'ErasePerson', personId, reason: 'asked for it' }, administrator)
      .thenRefused('PERSON_ERASED');
    given(registered, erased).when(register, intake).thenRefused('PERSON_ERASED', 'personId');
    given(registered, erased)
      .when({ type: 'RegisterPayeeAccount', ...account }, intake)
      .thenRefused('PERSON_ERASED');
    given(registered)
      .when({ type: 'ErasePerson', personId, reason: 'asked for it' }, officer)
      .thenRefused('ROLE_NOT_ALLOWED');
  });
});
